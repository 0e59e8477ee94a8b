// Mocha reporter: appends one JSON line per event to the file named by STEPSCOPE_TEST_RESULTS. The runner follows that
// file, so what was reported before a crash counts, and the test that was running when it came can be named.
const { appendFileSync } = require('node:fs');

const file = process.env.STEPSCOPE_TEST_RESULTS;

function write(event) {
  appendFileSync(file, `${JSON.stringify(event)}\n`);
}

function explain(error) {
  if (error === null || typeof error !== 'object') return String(error);
  const message = String(error.message ?? error);
  const stack = String(error.stack ?? '');
  return stack.includes(message) ? stack : `${message}\n${stack}`;
}

class EventReporter {
  constructor(runner) {
    let depth = 0;
    const about = (test) => ({ title: test.title, full: test.fullTitle(), depth });
    runner.on('suite', (suite) => {
      if (!suite.root) write({ type: 'suite', title: suite.title, depth: depth++ });
    });
    runner.on('suite end', (suite) => {
      if (!suite.root) depth--;
    });
    runner.on('hook', (hook) => write({ type: 'start', ...about(hook) }));
    runner.on('test', (test) => write({ type: 'start', ...about(test) }));
    runner.on('pass', (test) => write({ type: 'pass', ...about(test), ms: test.duration }));
    runner.on('pending', (test) => write({ type: 'pending', ...about(test) }));
    runner.on('fail', (test, error) => write({ type: 'fail', ...about(test), ms: test.duration, error: explain(error) }));
    runner.on('end', () => write({ type: 'end' }));
  }
}

module.exports = EventReporter;
