import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PLANNING_WORDS } from '../../../src/core/segment/planning-words.ts';
import { DEFAULT_VERIFIER_SETTINGS, PROMPT_FORMS } from '../../../src/core/verifier/settings.ts';
import { COLORS, COMMANDS, CONTEXT_KEYS, RESTRICTED_SETTINGS, SETTINGS, TRACE_ROOT, TRACE_SCHEME, VIEWS } from '../../../src/vscode/manifest.ts';

interface Contribution {
  readonly command: string;
  readonly when?: string;
}

interface Manifest {
  readonly icon: string;
  readonly activationEvents: readonly string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly supported: string; readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category: string }[];
    readonly keybindings: readonly (Contribution & { readonly key: string })[];
    readonly menus: Readonly<Record<string, readonly Contribution[]>>;
    readonly configuration: readonly { readonly properties: Readonly<Record<string, { readonly default: unknown; readonly enum?: readonly string[]; readonly markdownEnumDescriptions?: readonly string[] }>> }[];
    readonly colors: readonly { readonly id: string; readonly defaults: Readonly<Record<string, string>> }[];
    readonly languages: readonly { readonly id: string; readonly filenamePatterns: readonly string[] }[];
  };
}

const root = process.cwd();
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;
const { contributes } = manifest;
const sorted = (list: Iterable<string>): string[] => [...list].sort();

describe('manifest', () => {
  it('contributes exactly the declared commands', () => {
    assert.deepEqual(sorted(contributes.commands.map(({ command }) => command)), sorted(Object.values(COMMANDS)));
    assert.ok(contributes.commands.every(({ category }) => category === 'Stepscope'));
  });

  it('contributes exactly the declared settings', () => {
    const properties = contributes.configuration.flatMap(({ properties: some }) => Object.keys(some));
    assert.deepEqual(sorted(properties), sorted(Object.values(SETTINGS)));
  });

  it('offers the forms of the prompt that there are, each with a description', () => {
    const setting = contributes.configuration.map(({ properties }) => properties[SETTINGS.prompt]).find((found) => found !== undefined);
    assert.deepEqual(setting?.enum, [...PROMPT_FORMS]);
    assert.equal(setting.markdownEnumDescriptions?.length, PROMPT_FORMS.length);
    assert.equal(setting.default, DEFAULT_VERIFIER_SETTINGS.prompt);
  });

  it('offers the planning words that the core has', () => {
    const properties = contributes.configuration.map(({ properties: some }) => some[SETTINGS.planningWords]).find((property) => property !== undefined);
    assert.deepEqual(properties?.default, PLANNING_WORDS);
  });

  it('contributes exactly the declared colours, each with all four defaults', () => {
    assert.deepEqual(sorted(contributes.colors.map(({ id }) => id)), sorted(Object.values(COLORS)));
    for (const { id, defaults } of contributes.colors) assert.deepEqual(Object.keys(defaults), ['light', 'dark', 'highContrast', 'highContrastLight'], id);
  });

  it('binds and shows declared commands under declared context keys only', () => {
    const uses = [...contributes.keybindings, ...Object.values(contributes.menus).flat()];
    const keys: readonly string[] = Object.values(CONTEXT_KEYS);
    const commands: readonly string[] = Object.values(COMMANDS);
    for (const { command, when } of uses) {
      assert.ok(commands.includes(command), command);
      for (const key of when?.match(/stepscope\.[\w.]+/g) ?? []) assert.ok(keys.includes(key), key);
    }
    const used = uses.flatMap(({ when }) => when?.match(/stepscope\.[\w.]+/g) ?? []);
    assert.deepEqual(sorted(new Set(used)), sorted(keys));
  });

  it('takes keys only where a trace is open', () => {
    for (const { key, when } of contributes.keybindings) assert.ok(when?.includes(CONTEXT_KEYS.hasTrace), key);
  });

  it('restricts what must not come from an untrusted folder', () => {
    const { untrustedWorkspaces } = manifest.capabilities;
    assert.equal(untrustedWorkspaces.supported, 'limited');
    assert.deepEqual([...untrustedWorkspaces.restrictedConfigurations], [...RESTRICTED_SETTINGS]);
  });

  it('wakes up for its own documents and panels, never for a language', () => {
    assert.deepEqual(sorted(manifest.activationEvents), sorted([`onFileSystem:${TRACE_SCHEME}`, `onWebviewPanel:${VIEWS.scores}`]));
    assert.deepEqual(contributes.languages, [{ id: 'markdown', filenamePatterns: [`${TRACE_ROOT}/*`] }]);
  });

  it('names an icon that is there', () => {
    assert.ok(existsSync(path.join(root, manifest.icon)));
  });
});
