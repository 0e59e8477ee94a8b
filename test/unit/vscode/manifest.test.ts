import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PLANNING_WORDS } from '../../../src/core/segment/planning-words.ts';
import { defaultSearchSettings, STRATEGIES } from '../../../src/core/search/settings.ts';
import { DEFAULT_VERIFIER_SETTINGS, PROMPT_FORMS } from '../../../src/core/verifier/settings.ts';
import { ANSWER_PATTERNS, REFLECTION_WORDS } from '../../../src/core/bias/word-lists.ts';
import { GUESS_TEMPLATES } from '../../../src/core/bias/guess-templates.ts';
import { DEFAULT_BIAS_SETTINGS } from '../../../src/core/bias/settings.ts';
import * as declared from '../../../src/vscode/manifest.ts';
import { COLORS, CONTEXT_KEYS, RESTRICTED_SETTINGS, SETTING_LIMITS, SETTINGS, TESTING_VIEW, TRACE_ROOT, TRACE_SCHEME, VIEWS, WALKTHROUGH } from '../../../src/vscode/manifest.ts';
import { readManifest } from '../l10n/manifest-texts.ts';

interface Contribution {
  readonly command?: string;
  readonly submenu?: string;
  readonly when?: string;
}

interface Setting {
  readonly default: unknown;
  readonly enum?: readonly string[];
  readonly items?: { readonly enum?: readonly string[] };
  readonly scope?: string;
  readonly order?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly markdownDescription?: string;
  readonly markdownEnumDescriptions?: readonly string[];
}

interface Walkthrough {
  readonly id: string;
  readonly steps: readonly { readonly id: string; readonly description: string; readonly media: { readonly svg: string; readonly altText: string }; readonly completionEvents: readonly string[] }[];
}

interface Manifest {
  readonly main: string;
  readonly extensionKind: readonly string[];
  readonly icon: string;
  readonly activationEvents: readonly string[];
  readonly capabilities: { readonly virtualWorkspaces: { readonly supported: string; readonly description: string }; readonly untrustedWorkspaces: { readonly supported: string; readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category: string }[];
    readonly keybindings: readonly (Contribution & { readonly key: string })[];
    readonly menus: Readonly<Record<string, readonly Contribution[]>>;
    readonly submenus: readonly { readonly id: string }[];
    readonly configuration: readonly { readonly title: string; readonly order: number; readonly properties: Readonly<Record<string, Setting>> }[];
    readonly walkthroughs: readonly Walkthrough[];
    readonly colors: readonly { readonly id: string; readonly defaults: Readonly<Record<string, string>> }[];
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string; readonly icon: string }[] };
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly icon: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string }[];
    readonly customEditors: readonly { readonly viewType: string; readonly priority: string }[];
    readonly languages: readonly { readonly id: string; readonly filenamePatterns: readonly string[] }[];
  };
}

const root = process.cwd();
const manifest = readManifest() as Manifest;
const { contributes } = manifest;
const contributedViews = Object.values(contributes.views).flat();
/** Of all groups of commands; the laboratory's are in groups already. */
const commands: readonly string[] = Object.entries(declared).flatMap(([name, group]) => (name.endsWith('COMMANDS') && name !== 'LAB_COMMANDS' ? Object.values(group as Readonly<Record<string, string>>) : []));
const sorted = (list: Iterable<string>): string[] => [...list].sort();

describe('manifest', () => {
  it('contributes exactly the declared commands', () => {
    assert.deepEqual(sorted(contributes.commands.map(({ command }) => command)), sorted(commands));
    assert.ok(contributes.commands.every(({ category }) => category === 'Stepscope'));
  });

  it('contributes exactly the declared settings', () => {
    const properties = contributes.configuration.flatMap(({ properties: some }) => Object.keys(some));
    assert.deepEqual(sorted(properties), sorted(Object.values(SETTINGS)));
  });

  it('groups its settings, each with a sentence', () => {
    const { configuration } = contributes;
    assert.deepEqual(configuration.map(({ order }) => order), configuration.map((_, index) => index + 1));
    for (const { title, properties } of configuration)
      for (const [id, { markdownDescription = '', order }] of Object.entries(properties)) {
        assert.ok(id.startsWith(`stepscope.${title.toLowerCase()}.`), id);
        assert.match(markdownDescription, /^[A-Z].*[.]$/s, id);
        assert.ok(order !== undefined, id);
      }
  });

  it('gives each number the limits that it is held to', () => {
    const properties = contributes.configuration.flatMap(({ properties: some }) => Object.entries(some));
    const declared = properties.flatMap(([id, { minimum, maximum }]) => (minimum === undefined || maximum === undefined ? [] : [[id, [minimum, maximum]] as const]));
    const held = Object.entries(SETTING_LIMITS).map(([name, limits]) => [SETTINGS[name as keyof typeof SETTING_LIMITS], [...limits]] as const);
    assert.deepEqual(Object.fromEntries(declared), Object.fromEntries(held));
  });

  it('names programs for the whole machine only', () => {
    const scopes = contributes.configuration.flatMap(({ properties }) => Object.entries(properties).map(([id, { scope }]) => [id, scope] as const));
    assert.deepEqual(scopes.filter(([, scope]) => scope === 'machine'), [[SETTINGS.nodePath, 'machine']]);
    for (const id of RESTRICTED_SETTINGS) assert.match(scopes.find(([name]) => name === id)?.[1] ?? '', /^machine/, id);
  });

  it('offers the forms of the prompt that there are, each with a description', () => {
    const setting = contributes.configuration.map(({ properties }) => properties[SETTINGS.prompt]).find((found) => found !== undefined);
    assert.deepEqual(setting?.enum, [...PROMPT_FORMS]);
    assert.equal(setting.markdownEnumDescriptions?.length, PROMPT_FORMS.length);
    assert.equal(setting.default, DEFAULT_VERIFIER_SETTINGS.prompt);
  });

  it('has the published settings of a search as its defaults', () => {
    const { policy, thresholds, penalty, initialMode, samples, beams, aggregate, budget, seed, strategy } = defaultSearchSettings('pats');
    const expected = { prompt: policy.prompt, temperature: policy.temperature, topP: policy.topP, maxStepTokens: policy.maxStepTokens, maxSolutionTokens: policy.maxSolutionTokens, ...thresholds, penalty, initialMode, samples, beams, aggregate, maxRounds: budget.rounds, seed, strategy };
    const properties = new Map(contributes.configuration.flatMap(({ properties: some }) => Object.entries(some)));
    for (const [name, value] of Object.entries(expected)) assert.equal((properties.get(`stepscope.policy.${name}`) ?? properties.get(`stepscope.search.${name}`))?.default, value, name);
    assert.deepEqual(properties.get(SETTINGS.searchStrategy)?.enum, [...STRATEGIES]);
    assert.equal(properties.get(SETTINGS.searchStrategy)?.markdownEnumDescriptions?.length, STRATEGIES.length);
  });

  it('offers the planning words that the core has', () => {
    const properties = contributes.configuration.map(({ properties: some }) => some[SETTINGS.planningWords]).find((property) => property !== undefined);
    assert.deepEqual(properties?.default, PLANNING_WORDS);
  });

  it('offers the settings and word lists of the bias lab that the core has', () => {
    const properties = new Map(contributes.configuration.flatMap(({ properties: some }) => Object.entries(some)));
    const { guesses, seed } = DEFAULT_BIAS_SETTINGS;
    const expected = { guesses: guesses.n, templates: guesses.templates, temperatures: guesses.temperatures, seed, reflectionWords: REFLECTION_WORDS, answerPatterns: ANSWER_PATTERNS };
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(properties.get(`stepscope.bias.${name}`)?.default, value, name);
    assert.deepEqual(properties.get(SETTINGS.biasTemplates)?.items?.enum, Object.keys(GUESS_TEMPLATES));
  });

  it('contributes exactly the declared colours, each with all four defaults', () => {
    assert.deepEqual(sorted(contributes.colors.map(({ id }) => id)), sorted(Object.values(COLORS)));
    for (const { id, defaults } of contributes.colors) assert.deepEqual(Object.keys(defaults), ['light', 'dark', 'highContrast', 'highContrastLight'], id);
  });

  it('binds and shows declared commands under declared context keys only', () => {
    const views: readonly string[] = [...contributedViews.map(({ id }) => id), VIEWS.table];
    const keysIn = (when: string | undefined): string[] => when?.match(/stepscope\.[\w.]+/g)?.filter((name) => !views.includes(name)) ?? [];
    const uses = [...contributes.keybindings, ...Object.values(contributes.menus).flat()];
    const keys: readonly string[] = Object.values(CONTEXT_KEYS);
    const submenus = contributes.submenus.map(({ id }) => id);
    for (const { command, submenu, when } of uses) {
      assert.ok(submenu === undefined ? commands.includes(command ?? '') : submenus.includes(submenu), command ?? submenu);
      for (const key of keysIn(when)) assert.ok(keys.includes(key), key);
    }
    const used = uses.flatMap(({ when }) => keysIn(when));
    assert.deepEqual(sorted(new Set(used)), sorted(keys));
  });

  it('fills the submenus that it declares, and no others', () => {
    const known = ['commandPalette', 'comments/commentThread/context', 'editor/context', 'editor/title', 'explorer/context', 'view/title', 'view/item/context'];
    assert.deepEqual(sorted(Object.keys(contributes.menus).filter((menu) => !known.includes(menu))), sorted(contributes.submenus.map(({ id }) => id)));
  });

  it('takes keys only where a trace is open, or in a view of its own', () => {
    const views = contributedViews.map(({ id }) => `focusedView == ${id}`);
    for (const { key, when } of contributes.keybindings) assert.ok(when?.includes(CONTEXT_KEYS.hasTrace) || views.includes(when ?? ''), key);
  });

  it('restricts what must not come from an untrusted folder', () => {
    const { untrustedWorkspaces } = manifest.capabilities;
    assert.equal(untrustedWorkspaces.supported, 'limited');
    assert.deepEqual([...untrustedWorkspaces.restrictedConfigurations], [...RESTRICTED_SETTINGS]);
  });

  it('runs where the files are, and reads what the editor reads where there is no disk', () => {
    assert.deepEqual(manifest.extensionKind, ['workspace']);
    const { supported, description } = manifest.capabilities.virtualWorkspaces;
    assert.equal(supported, 'limited');
    assert.match(description, /[.]$/);
  });

  it('walks through steps that each do something, with pictures that need nothing else', () => {
    assert.deepEqual(contributes.walkthroughs.map(({ id }) => id), [WALKTHROUGH]);
    for (const { id, description, media, completionEvents } of contributes.walkthroughs.flatMap(({ steps }) => steps)) {
      const links = [...description.matchAll(/\(command:(?:toSide:)?([\w.]+)/g)].map(([, command]) => command ?? '');
      assert.ok(links.some((command) => commands.includes(command)), id);
      for (const command of links) assert.ok(commands.includes(command) || command.startsWith('workbench.'), command);
      for (const event of completionEvents) assert.ok(links.includes(event.replace('onCommand:', '')), event);
      const picture = readFileSync(path.join(root, media.svg), 'utf8');
      assert.doesNotMatch(picture, /href|url\(|<style|style=|<script|<image|@import/, media.svg);
      assert.equal(picture.replace('http://www.w3.org/2000/svg', '').includes('http'), false, media.svg);
      // Colours of the theme, so that one picture is right in light, dark and high contrast.
      for (const [, colour = ''] of picture.matchAll(/(?:fill|stroke)="([^"]+)"/g)) assert.match(colour, /^(var\(--vscode-|none$)/, media.svg);
      assert.match(media.altText, /[.]$/);
    }
  });

  it('wakes up for its own documents and panels, never for a language', () => {
    const panels = Object.values(VIEWS).filter((view) => view !== VIEWS.table && !contributedViews.some(({ id }) => id === view));
    assert.deepEqual(sorted(manifest.activationEvents), sorted([`onFileSystem:${TRACE_SCHEME}`, `onView:${TESTING_VIEW}`, ...panels.map((view) => `onWebviewPanel:${view}`)]));
    assert.deepEqual(contributes.languages, [{ id: 'markdown', filenamePatterns: [`${TRACE_ROOT}/*`] }]);
  });

  it('contributes exactly the declared views and editors', () => {
    assert.deepEqual(contributedViews.map(({ id }) => id), [VIEWS.traces, VIEWS.runs]);
    assert.deepEqual(Object.keys(contributes.views), contributes.viewsContainers.activitybar.map(({ id }) => id));
    assert.deepEqual(contributes.customEditors.map(({ viewType }) => viewType), [VIEWS.table]);
  });

  it('never takes a file from the editor that it opens with', () => {
    for (const { viewType, priority } of contributes.customEditors) assert.equal(priority, 'option', viewType);
  });

  it('says in an empty view what to do, with commands that are declared', () => {
    for (const { view, contents } of contributes.viewsWelcome) {
      assert.ok(contributedViews.some(({ id }) => id === view), view);
      const links = [...contents.matchAll(/\(command:([^)]+)\)/g)].map(([, command]) => command ?? '');
      assert.ok(links.length > 0);
      for (const command of links) assert.ok(commands.includes(command), command);
    }
  });

  it('names icons that are there', () => {
    const icons = [manifest.icon, ...contributes.viewsContainers.activitybar.map(({ icon }) => icon), ...contributedViews.map(({ icon }) => icon)];
    for (const icon of icons) assert.ok(existsSync(path.join(root, icon)), icon);
  });
});
