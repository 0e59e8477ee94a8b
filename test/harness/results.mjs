// Counts results, prints them as they come, and the closing line.
import { closeSync, existsSync, openSync, readSync } from 'node:fs';

function print(text) {
  process.stdout.write(`${text}\n`);
}

function indented(text, by) {
  return text.replace(/^/gm, ' '.repeat(by));
}

/** The sums over all suites. */
export class Tally {
  passed = 0;
  /** Names of what failed. */
  failures = [];
  /** Names, with reasons, of what was skipped. */
  skips = [];

  pass() {
    this.passed++;
  }

  /** @param {string} sentence names what failed */
  fail(sentence) {
    this.failures.push(sentence);
  }

  skip(sentence) {
    this.skips.push(sentence);
  }

  /** Prints what failed, what was skipped and, last, the closing line. Gives the exit code. */
  close() {
    if (this.failures.length > 0) print(`\nFailed:\n${this.failures.map((name) => indented(name, 2)).join('\n')}`);
    if (this.skips.length > 0) print(`\nSkipped:\n${this.skips.map((name) => indented(name, 2)).join('\n')}`);
    const skipped = this.skips.length > 0 ? `, ${this.skips.length} skipped` : '';
    print(`\n${this.passed} passed, ${this.failures.length} failed${skipped}`);
    return this.failures.length === 0 ? 0 : 1;
  }
}

/** Follows the events that a test process writes (see reporter.cjs) while it runs. */
export class Events {
  #read = 0;
  #rest = Buffer.alloc(0);
  #timer;
  /** The test or hook that is running now. */
  running;
  ended = false;
  seen = 0;
  failed = 0;

  constructor(tally, suite, file) {
    this.tally = tally;
    this.suite = suite;
    this.file = file;
    this.#timer = setInterval(() => this.#follow(), 150);
  }

  /** Takes what is still unread. */
  close() {
    clearInterval(this.#timer);
    this.#follow();
  }

  #follow() {
    if (!existsSync(this.file)) return;
    const handle = openSync(this.file, 'r');
    const chunk = Buffer.alloc(65_536);
    for (let count; (count = readSync(handle, chunk, 0, chunk.length, this.#read)) > 0; this.#read += count)
      this.#rest = Buffer.concat([this.#rest, chunk.subarray(0, count)]);
    closeSync(handle);
    // Only whole lines; a process that is killed while it writes leaves half of one.
    for (let end; (end = this.#rest.indexOf(10)) >= 0; this.#rest = this.#rest.subarray(end + 1))
      this.#take(JSON.parse(this.#rest.subarray(0, end).toString('utf8')));
  }

  #take(event) {
    const name = `${this.suite}: ${event.full}`;
    const line = (text) => print(indented(text, 2 + 2 * (event.depth ?? 0)));
    if (event.type === 'start') this.running = event.full;
    else if (event.type === 'suite') line(event.title);
    else if (event.type === 'end') this.ended = true;
    else if (event.type === 'pending') {
      this.seen++;
      this.tally.skip(name);
      line(`- ${event.title} (skipped)`);
    } else if (event.type === 'pass') {
      this.seen++;
      this.tally.pass();
      line(`✓ ${event.title}${event.ms >= 1000 ? ` (${(event.ms / 1000).toFixed(1)} s)` : ''}`);
    } else if (event.type === 'fail') {
      this.seen++;
      this.failed++;
      this.tally.fail(name);
      line(`✗ ${event.title}\n${indented(event.error, 4)}`);
    }
  }
}
