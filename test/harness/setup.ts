/** What the runner tells a test process: which VS Code it runs on and where everything is. */
export interface Setup {
  readonly version: 'newest' | 'oldest';
  /** For example 1.139.1. */
  readonly vscode: string;
  /** The Node program that this VS Code runs on. */
  readonly node: string;
  /** VS Code's `server-main.js`. */
  readonly server: string;
  readonly chromium: { readonly program: string; readonly env: Readonly<Record<string, string>> };
  /** The root of the checkout. */
  readonly repository: string;
  /** The extension under development: the repository, unless $STEPSCOPE_TEST_EXTENSION names another folder. */
  readonly extension: string;
  /** Where the packaged extension is installed; `extension` is then in there, and none is under development. */
  readonly extensions?: string;
}

export function readSetup(): Setup {
  const text = process.env['STEPSCOPE_TEST_SETUP'];
  if (text === undefined) throw new Error('These tests need a VS Code: run them with `npm test -- --only host,e2e`');
  return JSON.parse(text) as Setup;
}
