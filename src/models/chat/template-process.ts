import { fork, type ChildProcess } from 'node:child_process';
import type { ChatPrompt, ChatRequest } from '../../core/chat.ts';
import { StepscopeError } from '../../core/result.ts';
import { throwIfAborted } from '../onnx/aborted.ts';
import type { ChatTemplate } from './chat-template.ts';
import { RENDER_MB, RENDER_MS } from './limits.ts';
import type { TemplateAnswer, TemplateMessage } from './template-main.ts';

/** Renders conversations with one template, in a process of its own that starts with the first one. */
export interface TemplateProcess {
  /** See LanguageModel.chatPrompts. Runs one after another. */
  readonly render: (requests: readonly ChatRequest[], signal?: AbortSignal) => Promise<ChatPrompt[]>;
  readonly release: () => void;
}

/** A new process may take this long (ms) to say its first word on a busy machine. */
const START_MS = 20_000;
/** The process stops a rendering itself; this much later (ms) it is stopped. */
const SLACK_MS = 5000;
/** Without work the process ends after this long (ms). */
const IDLE_MS = 30_000;

/** `script` is the bundled entry (dist/template.js). */
export function createTemplateProcess(template: ChatTemplate, script: string): TemplateProcess {
  let child: ChildProcess | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let idle: NodeJS.Timeout | undefined;

  const end = () => {
    clearTimeout(idle);
    child?.kill('SIGKILL');
    child = undefined;
  };
  const start = async (): Promise<ChildProcess> => {
    const started = fork(script, [], { execArgv: [`--max-old-space-size=${RENDER_MB}`], serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child = started;
    started.unref();
    started.channel?.unref();
    await next(started, START_MS, () => new StepscopeError('engine-failed', 'The process that renders chat templates did not start: install Stepscope again, or use plain prompts.'));
    await ask(started, { kind: 'template', template });
    return started;
  };
  const ask = async (process: ChildProcess, message: TemplateMessage): Promise<TemplateAnswer> => {
    const answer = next(process, RENDER_MS + SLACK_MS, (how) => new StepscopeError('template-invalid', `The chat template of ${template.file} ${how}: use the template that came with the model, or plain prompts.`));
    process.send(message, () => undefined);
    const result = await answer;
    if (result.kind === 'fault') throw new StepscopeError(result.reason, result.message);
    return result;
  };
  const renderAll = async (requests: readonly ChatRequest[], signal?: AbortSignal): Promise<ChatPrompt[]> => {
    clearTimeout(idle);
    const process = child?.connected === true ? child : await start();
    const prompts: ChatPrompt[] = [];
    for (const request of requests) {
      throwIfAborted(signal);
      const answer = await ask(process, { kind: 'conversation', request });
      if (answer.kind === 'prompt') prompts.push(answer.prompt);
    }
    idle = setTimeout(end, IDLE_MS).unref();
    return prompts;
  };

  return {
    render: (requests, signal) => {
      const mine = turn.then(() => renderAll(requests, signal)).catch((error: unknown) => {
        end();
        throw error;
      });
      turn = mine.catch(() => undefined);
      return mine;
    },
    release: end,
  };
}

/** The next answer of the process. `failure` makes the error where there will be none, from how that came about. */
function next(process: ChildProcess, patience: number, failure: (how: string) => StepscopeError): Promise<TemplateAnswer> {
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer);
      process.off('message', answered).off('exit', ended).off('error', failed);
    };
    const answered = (answer: unknown) => {
      done();
      resolve(answer as TemplateAnswer);
    };
    const fail = (how: string) => {
      done();
      reject(failure(how));
    };
    const ended = (code: number | null, signal: string | null) => fail(`ended the process that renders it (${signal ?? `exit code ${code ?? 'unknown'}`}), most likely for taking more than ${RENDER_MB} MB`);
    const failed = (error: Error) => fail(`could not be rendered (${error.message})`);
    const timer = setTimeout(() => fail(`is not done after ${patience / 1000} s`), patience);
    process.once('message', answered).once('exit', ended).once('error', failed);
  });
}
