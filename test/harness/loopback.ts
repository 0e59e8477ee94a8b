import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface LoopbackOptions {
  readonly flavour?: 'vllm' | 'llamacpp' | 'ollama';
  /** Names of the models that it lists. */
  readonly ids?: readonly string[];
  /** What it answers without this bearer token is 401. */
  readonly key?: string;
  /** Milliseconds before each answer about a step. */
  readonly delay?: number;
  /** How many of the likeliest tokens it lists, where it lists any. */
  readonly listed?: number;
  readonly port?: number;
  /** The longest text that it reads, in tokens; 4096 where none is named. */
  readonly context?: number;
}

export interface LoopbackRequest {
  readonly path: string;
  readonly authorization: string | null;
  /** About a step, not about what the server can do. */
  readonly work: boolean;
}

export interface Loopback {
  readonly url: string;
  readonly port: number;
  /** All requests until now. Its answers and its lines come through different pipes, so the lines are waited for. */
  asked(): Promise<readonly LoopbackRequest[]>;
  /** Ends the process as a crash does. */
  kill(): Promise<void>;
}

/**
 * Starts a model server in a process of its own, which ends with this one; for tests whose bundle lies in a folder of out/test.
 */
export async function startLoopback(options: LoopbackOptions = {}): Promise<Loopback> {
  const program = path.join(__dirname, '..', 'harness', 'loopback-server', 'index.js');
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => undefined);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const asked: LoopbackRequest[] = [];
  const waiting: (() => void)[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The loopback server ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === '') waiting.shift()?.();
      else if (line.startsWith('{')) asked.push(JSON.parse(line) as LoopbackRequest);
      else resolve(line);
    });
  });
  return {
    url,
    port: Number(new URL(url).port),
    async asked() {
      const told = new Promise<void>((resolve) => waiting.push(resolve));
      if (child.stdin.writable) child.stdin.write('\n');
      await Promise.race([told, gone]);
      return [...asked];
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
