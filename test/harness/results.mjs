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
  /** Names of what passed only when its group ran again. */
  secondTries = [];

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

  /** Takes back what a group of tests gave: it runs again. */
  takeBack({ passed, failures, skips }) {
    this.passed -= passed;
    this.failures = this.failures.filter((name) => !failures.includes(name));
    this.skips = this.skips.filter((name) => !skips.includes(name));
    this.secondTries.push(...failures);
  }

  /** Prints what failed, what was skipped and, last, the closing line. Gives the exit code. */
  close() {
    if (this.failures.length > 0) print(`\nFailed:\n${this.failures.map((name) => indented(name, 2)).join('\n')}`);
    if (this.skips.length > 0) print(`\nSkipped:\n${this.skips.map((name) => indented(name, 2)).join('\n')}`);
    if (this.secondTries.length > 0) print(`\nFailed at first, then ran again with their group in a fresh editor:\n${this.secondTries.map((name) => indented(name, 2)).join('\n')}`);
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
  /** What each outermost group of tests gave, by its title. */
  groups = new Map();
  #group;

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
    else if (event.type === 'suite') {
      if (event.depth === 0) this.groups.set(event.title, (this.#group = { passed: 0, failures: [], skips: [] }));
      line(event.title);
    }
    else if (event.type === 'end') this.ended = true;
    else if (event.type === 'pending') {
      this.seen++;
      this.tally.skip(name);
      this.#group?.skips.push(name);
      line(`- ${event.title} (skipped)`);
    } else if (event.type === 'pass') {
      this.seen++;
      this.tally.pass();
      if (this.#group !== undefined) this.#group.passed++;
      line(`✓ ${event.title}${event.ms >= 1000 ? ` (${(event.ms / 1000).toFixed(1)} s)` : ''}`);
    } else if (event.type === 'fail') {
      this.seen++;
      this.failed++;
      this.tally.fail(name);
      this.#group?.failures.push(name);
      line(`✗ ${event.title}\n${indented(event.error, 4)}`);
    }
  }
}
