import { closeSync, openSync, writeSync } from 'node:fs';
import { createRandom } from '../../src/core/random.ts';

const WORDS = ['so', 'the', 'sum', 'is', 'then', 'we', 'divide', 'both', 'sides', 'by', 'two', 'and', 'get'];

/** Data as ProcessBench has it (3 to 12 steps of about 100 characters) and a score a step, of a verifier that is often right. */
export function writeEvalFiles(rows: number, data: string, scores: string): void {
  const random = createRandom(1, 0);
  const [dataFile, scoreFile] = [openSync(data, 'w'), openSync(scores, 'w')];
  for (let row = 0; row < rows; row++) {
    const count = 3 + Math.floor(10 * random());
    const label = random() < 0.5 ? -1 : Math.floor(count * random());
    const steps = Array.from({ length: count }, () => Array.from({ length: 20 }, () => WORDS[Math.floor(WORDS.length * random())]).join(' '));
    const values = steps.map((_, step) => (step === label ? random() * 0.7 : 0.3 + 0.7 * random()));
    const id = `${row % 2 === 0 ? 'gsm8k' : 'math'}-${row}`;
    writeSync(dataFile, `${JSON.stringify({ id, problem: `Question ${row}: ${steps[0] ?? ''}?`, steps, label })}\n`);
    writeSync(scoreFile, `${JSON.stringify({ id, scores: values })}\n`);
  }
  closeSync(dataFile);
  closeSync(scoreFile);
}
