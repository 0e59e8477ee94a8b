import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atEnd } from './ending.ts';
import type { Setup } from './setup.ts';

export type Settings = Readonly<Record<string, unknown>>;

/** A quiet editor: nothing asks, nothing greets, nothing is fetched. */
const QUIET: Settings = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'git.enabled': false,
  'typescript.disableAutomaticTypeAcquisition': true,
  'window.autoDetectColorScheme': false,
  // A test that changes settings writes them there.
  'files.exclude': { '**/.vscode': true },
};

export interface UrlOptions {
  /** The folder to open, as a path or as an address; none for an empty window. */
  readonly folder?: string | undefined;
  /** The module whose `run()` the extension host shall call. */
  readonly tests?: string | undefined;
}

/** A VS Code server with a data folder of its own, in a process group of its own. */
export class Server {
  private constructor(
    private readonly child: ChildProcess,
    private readonly forget: () => void,
    /** The extension under development; none where the packaged one is installed. */
    private readonly extension: string | undefined,
    /** For example http://127.0.0.1:40123. */
    readonly origin: string,
  ) {}

  static async start(setup: Setup, data: string, settings: Settings = {}): Promise<Server> {
    const home = path.join(data, 'home');
    const settingsFile = path.join(data, 'data', 'User', 'settings.json');
    mkdirSync(home, { recursive: true });
    mkdirSync(path.dirname(settingsFile), { recursive: true });
    writeFileSync(settingsFile, JSON.stringify({ ...QUIET, ...settings }, undefined, 2));
    const options = [
      ...['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--accept-server-license-terms'],
      ...['--telemetry-level', 'off', '--server-data-dir', data],
    ];
    // By default VS Code itself lies in the folder of the extension under development. The oldest one then takes its own
    // built-in themes for themes under development and applies one of them; another name for that folder prevents it.
    const extension = setup.extensions === undefined ? path.join(data, 'extension') : undefined;
    if (extension !== undefined) symlinkSync(setup.extension, extension);
    if (setup.extensions !== undefined) options.push('--extensions-dir', setup.extensions);
    const log = path.join(data, 'server.log');
    const output = openSync(log, 'w');
    // A newer built workbench takes an extension under development from the URL only with this flag. The oldest one does
    // without, and with it would leave out every dialog.
    if (setup.version === 'newest') options.push('--enable-smoke-test-driver');
    const env: NodeJS.ProcessEnv = { HOME: home };
    // What an editor around this process left in the environment would confuse the one that is started here.
    for (const [name, value] of Object.entries(process.env))
      if (!/^(VSCODE_|ELECTRON_|HOME$)/.test(name)) env[name] = value;
    const child = spawn(setup.node, [setup.server, ...options], { env, stdio: ['ignore', output, output], detached: true });
    closeSync(output);
    const forget = atEnd(() => endGroup(child, 'SIGKILL'));
    try {
      return new Server(child, forget, extension, await started(child, log));
    } catch (error) {
      endGroup(child, 'SIGKILL');
      throw error;
    }
  }

  url({ folder, tests }: UrlOptions): string {
    const remote = (file: string): string => `vscode-remote://${new URL(this.origin).host}${file}`;
    const payload = [['skipWelcome', 'true']];
    if (this.extension !== undefined) payload.push(['extensionDevelopmentPath', remote(this.extension)]);
    if (tests !== undefined) payload.push(['extensionTestsPath', remote(tests)]);
    const query = new URLSearchParams({ payload: JSON.stringify(payload) });
    if (folder === undefined) query.set('ew', 'true');
    else query.set('folder', folder);
    return `${this.origin}/?${query.toString()}`;
  }

  /** Ends the server with its extension hosts; resolves when the group is gone. */
  async stop(): Promise<void> {
    endGroup(this.child, 'SIGTERM');
    for (let waited = 0; waited < 5000 && endGroup(this.child, 0); waited += 100) await sleep(100);
    endGroup(this.child, 'SIGKILL');
    this.forget();
  }
}

/** Signals the process group. Says whether there was one. */
function endGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  try {
    return child.pid !== undefined && process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}

/** The server chooses a free port and says which: no other process can take it in between. */
async function started(child: ChildProcess, log: string): Promise<string> {
  let failed: Error | undefined;
  child.once('error', (error) => (failed = error));
  for (let waited = 0; waited < 60_000; waited += 100) {
    const port = /listening on (\d+)/.exec(readFileSync(log, 'utf8'))?.[1];
    if (port !== undefined) return `http://127.0.0.1:${port}`;
    if (failed) throw failed;
    if (child.exitCode !== null) break;
    await sleep(100);
  }
  throw new Error(`The VS Code server did not start. Its output:\n${readFileSync(log, 'utf8').slice(-3000)}`);
}
