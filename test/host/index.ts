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
  const chosen = environment['STEPSCOPE_TEST_FILES'];
  const files = chosen === undefined ? readdirSync(__dirname).sort().map((file) => path.join(__dirname, file)) : (JSON.parse(chosen) as readonly string[]);
  for (const file of files) if (file.endsWith('.test.js')) mocha.addFile(file);
  return new Promise((resolve, reject) => {
    mocha.run((failures) => {
      if (failures === 0) resolve();
      else reject(new Error(`${failures} tests failed`));
    });
  });
}
