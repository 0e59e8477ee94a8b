// A second extension in the host of the one that is tested: writes down how late a timer of 5 ms comes, which is how long
// the host was held up. A line each 100 ms in delays.txt beside this file: when (ms since 1970), and the longest since the line before.
const { appendFile } = require('node:fs');
const path = require('node:path');

const TICK = 5;
const LINE = 100;

exports.activate = ({ subscriptions }) => {
  const file = path.join(__dirname, 'delays.txt');
  let last = performance.now();
  let longest = 0;
  let written = last;
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - TICK);
    last = now;
    if (now - written < LINE) return;
    written = now;
    appendFile(file, `${Date.now()} ${longest.toFixed(1)}\n`, () => undefined);
    longest = 0;
  }, TICK);
  subscriptions.push({ dispose: () => clearInterval(timer) });
};
