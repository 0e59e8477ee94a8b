// VS Code calls run() in the extension host and waits for its promise: the shape of any `extensionTestsPath` module.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

export function run(): Promise<void> {
  // Stacks then name the TypeScript sources.
  process.setSourceMapsEnabled(true);
  const environment = process.env;
  const mocha = new Mocha({
    ui: 'bdd',
    color: false,
    timeout: 60_000,
    forbidOnly: environment['CI'] === 'true',
    // The path of the reporter that writes to $STEPSCOPE_TEST_RESULTS; without one, plain text on the host's console.
    reporter: environment['STEPSCOPE_TEST_REPORTER'] ?? 'spec',
  });
  const pattern = environment['STEPSCOPE_TEST_GREP'];
  if (pattern !== undefined) mocha.grep(pattern);
  for (const file of readdirSync(__dirname).sort())
    if (file.endsWith('.test.js')) mocha.addFile(path.join(__dirname, file));
  return new Promise((resolve, reject) => {
    mocha.run((failures) => {
      if (failures === 0) resolve();
      else reject(new Error(`${failures} tests failed`));
    });
  });
}
