#!/usr/bin/env node
import process from 'node:process';
import { StepscopeError } from '../core/result.ts';
import { biasCommand } from './bias.ts';
import { convertCommand } from './convert.ts';
import { downloadCommand } from './download.ts';
import { evalCommand } from './eval.ts';
import { exportCommand } from './export.ts';
import { formatsCommand } from './formats.ts';
import { replayCommand } from './replay.ts';
import { scoreCommand } from './score.ts';
import { solveCommand } from './solve.ts';
import { UsageError } from './usage.ts';

const HELP = `stepscope: look inside the reasoning of language models, step by step

  stepscope score FILE [options]     score each step of a trace (Markdown, text, JSON, JSONL,
                         CSV, Parquet, Inspect .eval)
      --segment NAME     how to cut the steps: auto, given, blank-lines, numbered, sentences,
                         planning-words or lines; else the file's own steps, or auto
      --language CODE      of the sentences (en, de, zh, …), where it is not to be detected
      --planning-words A,B the words that open a unit, instead of the built-in lists
      --row N            only row N of a data set (0-based); else all rows
      --format ID        read the rows as this format; else as what they look like
      --fields MAP       a JSON file that says where the fields of an unknown format are
      --variant NAME     which trace of a row, where a format has several; else the first
      --model DIR        a converted model, or an ONNX export (folder or .onnx file); else the bundled verifier
      --prompt FORM      plain (default): checkpoints that were trained on the prompt, such as R-PRM;
                         chat: general models, through their chat template
      --mode MODE        reasoned (default) or direct: one reading a step, no analysis
      --k N              analyses a step (default 1, greedy; more are sampled)
      --temperature T    for K > 1 (default 0.95)
      --top-p P          for K > 1 (default 0.95)
      --threshold T      a score under this is an error (default 0.5)
      --seed N           default 0
      --endpoint URL     score with an OpenAI-compatible server; several share the work
      --model NAME         its name of the model, where it serves several
      --api API            completions or chat: the same as --prompt plain or chat
      --concurrency N      requests at once to each endpoint (default 64)
      --key-env NAME       environment variable that holds its key
      --json             one JSON line a step, then one a row; steps and rows are 0-based
  stepscope eval NAME --data FILE [options]
                         a quick eval: processbench, prmbench, agreement, answers or search; the
                         last line of its output is the summary as one JSON object
      --scores FILE      scores that were made elsewhere, by id or row, instead of a model's; agreement
                         takes two, or one beside --model
      --second-model DIR, --second-endpoint URL, --second-mode MODE, --second-prompt FORM
                         agreement: a second model that judges the same steps (with neither of the
                         first two the verifier itself, asked in another mode)
      --limit N          N rows, spread evenly over the file
      --score KIND       soft (default; mean P(Yes)) or hard (share of Yes)
      --steps WHICH      label (default): up to the labelled error; stop: up to the first error
                         found as well; all
      --out DIR          keep the run (run.jsonl) and write summary.json, report.html, report.md
      --resume           go on with the run in --out; nothing is scored twice
      --min METRIC=VALUE exit with 1 where the metric is less
      --batch N          traces in one batch (default 1: a trace scores the same by itself)
      --json             a JSON line a row before the summary
      search: the rows of FILE are questions with right answers
      --strategies LIST    with commas between (default pats,best-of-n,majority,sampling); the
                           others are compared with the first
      --samples N          whole solutions, and candidates a step of guided and beam (default 8)
      --policy DIR, --policy-endpoint URL, --policy-template TEXT, --policy-system TEXT
                           the model that writes, as for solve (default: the bundled reasoner)
      --policy-temperature T, --policy-top-p P  in every strategy (default 0.6 and 1)
      --step-tokens N, --solution-tokens N, --rounds N
                           limits (default 1024, 4096 and 35); --batch N: questions at once
      --model, --endpoint, --prompt, --mode, --k, --threshold, --seed and the rest as for score
  stepscope solve --question TEXT | --data FILE [options]
                         search a solution with a policy and a verifier
      --strategy NAME    pats (default), all-simple, all-medium, all-complex, random-mode,
                         solution-switching, guided, beam, best-of-n, majority, sampling
      --limit N, --row N the first N rows of FILE, or one row
      --policy DIR       the model that writes (default: the bundled reasoner)
      --verifier DIR     the model that judges (default: the bundled verifier)
      --policy-endpoint, --verifier-endpoint URL
                         servers instead; --policy and --verifier are then their names of the models
      --policy-template TEXT what comes before the reply of a policy without a chat template,
                         {question} in it; \\n is a line end
      --system TEXT      a system turn for the policy
      --temperature T, --top-p P, --step-tokens N, --seed N of the policy
      --good, --low, --bad V, --penalty none|once|infinite, --initial-mode MODE
                         the mode controller of PATS (0.85, 0.75, 0.4, once, complex)
      --samples N        candidates a step (guided, beam), solutions (best-of-n, majority)
      --beams N          paths kept side by side (beam, pats)
      --aggregate NAME   min (default), mean, product or last: ranks solutions and beams
      --mode, --k, --threshold, --prompt of the verifier, as for score
      --rounds, --tokens, --seconds N  limits of a problem, which end it with what it has
      --open N           problems at once (default 4; with a server 64)
      --log FILE         keep the run; --resume goes on with it
      --json             every event as a line, then a summary
  stepscope replay LOG [--good V] [--low V] [--bad V] [--penalty P] [--initial-mode MODE] [--json]
                         a recorded search under other settings, without a model
  stepscope bias --data FILE [options]
                         internal bias and overthinking: guesses with the thinking closed at
                         once, traces, and what hiding a part of the input changes
      --system TEXT      a system turn
      --samples N        guesses a question (default 64)
      --templates LIST   how guesses are asked for: closed (default), boxed, choice
      --temperatures LIST  of the guesses (default 1)
      --limit N          the first N rows; --row N: one of them
      --plans LIST       TARGET@START, with commas between. TARGET: question, sentence:N, numbers,
                         selection:FROM-TO, system, step:N, random, random:numbers, nothing;
                         START: start (of thinking), step:N, answer (the step that first states
                         it), first (right after it)
      --method METHOD    mask (default): keys are hidden; remove: the text is deleted, the only
                         way through a server
      --layers LIST      mask in these layers only (0-based); --heads LIST: in these query heads
      --segment NAME     how traces are cut into steps (default blank-lines; planning-words for
                         traces in long paragraphs)
      --max-tokens N     of a trace (default 600)
      --attention N      read the attention of the first N traces into the log
      --batch N          questions at once (default 16)
      --log FILE         keep the run; the same command goes on with it
      --out DIR          report.html, report.md and rows.csv, with the log (run.jsonl) beside them
      --prompt-template FILE  a prompt with {question} (and {system}) in it that ends where thinking
                         begins, for models without a chat template and servers (completions)
      --json             a JSON line a question, then the summary
      --model (else the bundled reasoner), --endpoint, --concurrency, --key-env, --seed as above
  stepscope formats [FILE]           the formats there are, or what FILE looks like
  stepscope export FILE OUT [--to jsonl|markdown|processbench|inspect-scores|csv]
                         write the traces of FILE, and say what OUT cannot carry;
                         --row, --format, --fields and --variant as above
      --join SCORES      with the scores of a PRMBench score file
  stepscope convert DIR OUT [--bits 4|8|16|32] [--block N]
                         a Hugging Face folder (Llama, Qwen 2 and 3, Mistral, Phi 3,
                         Gemma 3; safetensors) into a model folder
  stepscope download REPOSITORY DIR
                         the files that convert needs, from the hub (HF_ENDPOINT, HF_TOKEN)
  stepscope --help

Exit code: 0 on success, 2 on bad input, 1 when something broke. Messages go to stderr.
`;

async function main(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  switch (command) {
    case 'score':
      return scoreCommand(rest, controller.signal);
    case 'eval':
      return evalCommand(rest, controller.signal);
    case 'solve':
      return solveCommand(rest, controller.signal);
    case 'replay':
      return replayCommand(rest);
    case 'bias':
      return biasCommand(rest, controller.signal);
    case 'formats':
      return formatsCommand(rest);
    case 'export':
      return exportCommand(rest);
    case 'convert':
      return convertCommand(rest, controller.signal);
    case 'download':
      return downloadCommand(rest, controller.signal);
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(HELP);
      return command === undefined ? 2 : 0;
    default:
      throw new UsageError(`There is no command "${command}": use score, eval, solve, replay, bias, formats, export, convert or download, or --help.`);
  }
}

/** Failures that a person can mend by another input; everything else is ours. */
const BAD_INPUT = new Set(['usage', 'model-missing', 'model-invalid', 'model-too-large', 'runtime-missing', 'tokenizer-mismatch', 'context-exceeded', 'template-invalid', 'unsupported', 'hub-failed', 'server-unreachable', 'server-refused']);

// The reader of a pipe has left (`| head`): nobody is interested in the rest.
process.stdout.on('error', () => process.exit(0));

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    if (error instanceof StepscopeError) {
      const { reason, message } = error as StepscopeError;
      process.stderr.write(`${message}\n`);
      process.exitCode = reason === 'aborted' ? 130 : BAD_INPUT.has(reason) ? 2 : 1;
      return;
    }
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  },
);
