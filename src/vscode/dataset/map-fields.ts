import * as vscode from 'vscode';
import type { FieldMap } from '../../formats/fields/field-map.ts';
import { parsePath, valueAt } from '../../formats/fields/field-path.ts';
import { proposeMaps } from '../../formats/fields/propose-maps.ts';
import { fieldChoices, type FieldRole } from '../../formats/fields/roles.ts';
import { quickInputStep, quickPickStep, type QuickStepOptions, type StepAnswer } from '../quick-step.ts';
import { baseFacts, draftOf, mapOf, openLabels, previewOf, withField, type CountedRole, type MappingDraft, type SampleRows } from './mapping-draft.ts';
import { baseText, examplesText, previewLines, roleWords, tracesText } from './mapping-text.ts';

/** The roles as they are listed, in groups. */
const groups = (): readonly { readonly title: string; readonly roles: readonly FieldRole[] }[] => [
  { title: vscode.l10n.t('question and solution'), roles: ['problem', 'steps', 'response', 'thinking'] },
  { title: vscode.l10n.t('labels and scores'), roles: ['firstError', 'wrongSteps', 'ratings', 'scores'] },
  { title: vscode.l10n.t('about the row'), roles: ['id', 'goldAnswer', 'finalAnswer', 'answerCorrect', 'generator', 'subset'] },
];

type Do = { readonly type: 'preview' } | { readonly type: 'role'; readonly role: FieldRole } | { readonly type: 'proposal'; readonly draft: MappingDraft };

/**
 * Asks which fields of the rows hold what, beginning with the likeliest map, and shows the first trace before the map is
 * accepted. What a label counts from is always asked. Resolves to the map, or to undefined after Escape.
 */
export async function mapFields(sample: SampleRows, before: FieldMap | undefined): Promise<FieldMap | undefined> {
  const proposals = proposeMaps(sample.rows);
  let draft = before === undefined ? draftOf(proposals[0]) : draftOfMap(before);
  for (;;) {
    const chosen = await chooseNext(sample, draft, proposals.map((proposal) => ({ draft: draftOf(proposal), reason: proposal.reason })));
    if (chosen === undefined || chosen === 'back') return undefined;
    const next = chosen.chosen;
    const answer = await (next.type === 'preview' ? acceptPreview(sample, draft) : next.type === 'role' ? chooseField(sample, draft, next.role) : Promise.resolve({ chosen: next.draft }));
    if (answer === undefined) return undefined;
    if (answer === 'back') continue;
    if ('version' in answer.chosen) return answer.chosen;
    draft = answer.chosen;
  }
}

/** The draft of a map that was made before. */
function draftOfMap({ firstError, wrongSteps, ...plain }: FieldMap): MappingDraft {
  return {
    fields: { ...draftOf({ map: plain, open: [] }).fields, ...(firstError && { firstError: firstError.path }), ...(wrongSteps && { wrongSteps: wrongSteps.path }) },
    bases: { ...(firstError && { firstError: firstError.indexBase }), ...(wrongSteps && { wrongSteps: wrongSteps.indexBase }) },
    ...(firstError?.none !== undefined && { none: firstError.none }),
  };
}

function options({ name }: SampleRows, what: string, placeholder: string, hasBack = true): QuickStepOptions {
  return { title: what === '' ? vscode.l10n.t('Map Fields of {0}', name) : vscode.l10n.t('Map Fields of {0}: {1}', name, what), placeholder, hasBack };
}

type Item<T> = vscode.QuickPickItem & { readonly value?: T };

function separator<T>(label: string): Item<T> {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

async function chooseNext(sample: SampleRows, draft: MappingDraft, proposals: readonly { readonly draft: MappingDraft; readonly reason: string }[]): Promise<StepAnswer<Do>> {
  const map = mapOf(draft);
  const missing = draft.fields.problem === undefined ? 'problem' : 'steps';
  const first: Item<Do> = map.ok
    ? { label: `$(eye) ${vscode.l10n.t('Preview')}`, description: tracesText(previewOf(sample, map.value)), detail: vscode.l10n.t('Shows the first trace; the map is used only after that'), value: { type: 'preview' } }
    : { label: `$(circle-slash) ${vscode.l10n.t('Not complete')}`, description: missing === 'problem' ? vscode.l10n.t('choose the field of the question') : vscode.l10n.t('choose the field of the steps, or of the solution text'), value: { type: 'role', role: missing } };
  const all = groups().flatMap(({ title, roles }) => [separator<Do>(title), ...roles.map((role) => roleItem(sample, draft, role))]);
  const others = proposals
    .filter((proposal) => JSON.stringify(proposal.draft.fields) !== JSON.stringify(draft.fields))
    .map((proposal): Item<Do> => ({ label: `$(lightbulb) ${vscode.l10n.t('{0} and {1}', proposal.draft.fields.problem ?? '', proposal.draft.fields.steps ?? proposal.draft.fields.response ?? '')}`, description: proposal.reason, value: { type: 'proposal', draft: proposal.draft } }));
  const items = [first, ...all, ...(others.length === 0 ? [] : [separator<Do>(vscode.l10n.t('other proposals')), ...others])];
  const answer = await quickPickStep(items, options(sample, '', vscode.l10n.t('Choose what to change, or preview the map'), false), first);
  return answer === undefined || answer === 'back' || answer.chosen.value === undefined ? undefined : { chosen: answer.chosen.value };
}

function roleItem({ rows }: SampleRows, { fields, bases, none }: MappingDraft, role: FieldRole): Item<Do> {
  const { title, about } = roleWords()[role];
  const path = fields[role];
  const value: Do = { type: 'role', role };
  if (path === undefined) return { label: title, description: vscode.l10n.t('no field'), value };
  const base = role === 'firstError' || role === 'wrongSteps' ? bases[role] : undefined;
  const counted = role !== 'firstError' && role !== 'wrongSteps'
    ? ''
    : base === undefined ? `${vscode.l10n.t('not used before it is said what it counts from')} · ` : `${role === 'firstError' && none !== undefined ? vscode.l10n.t('counted from {0}, {1} for none', base, String(none)) : vscode.l10n.t('counted from {0}', base)} · `;
  return { label: title, description: path, detail: `${counted}${examplesText(rows.map((row) => valueAt(row, parsePath(path) ?? []))) || about}`, value };
}

async function chooseField(sample: SampleRows, draft: MappingDraft, role: FieldRole): Promise<StepAnswer<MappingDraft>> {
  const { title, about } = roleWords()[role];
  const now = draft.fields[role];
  const choices = fieldChoices(sample.rows, role);
  const items = (['named', 'typed', 'other'] as const).flatMap((fit) => {
    const fields = choices.filter((choice) => choice.fit === fit).map(({ leaf }): Item<string | null> => ({ label: leaf.path, description: leaf.path === now ? vscode.l10n.t('now') : '', detail: examplesText(leaf.values), value: leaf.path }));
    return fields.length === 0 ? [] : [separator<string | null>({ named: vscode.l10n.t('likely'), typed: vscode.l10n.t('possible by their values'), other: vscode.l10n.t('other fields') }[fit]), ...fields];
  });
  const none: Item<string | null> = { label: `$(circle-slash) ${vscode.l10n.t('No field')}`, value: '' };
  const write: Item<string | null> = { label: `$(edit) ${vscode.l10n.t('Write a path…')}`, detail: vscode.l10n.t('For what is deeper, such as choices[0].message.content'), value: null };
  const end = [separator<string | null>(''), write, ...(now === undefined ? [] : [none])];
  const answer = await quickPickStep([...items, ...end], options(sample, title, about), items.find((item) => item.value === now && now !== undefined));
  if (answer === undefined || answer === 'back') return answer;
  const path = answer.chosen.value ?? (await writePath(sample, title, now));
  if (path === undefined || path === 'back') return path;
  const field = typeof path === 'string' ? path : path.chosen;
  const changed = withField(draft, role, field === '' ? undefined : field);
  return field !== '' && (role === 'firstError' || role === 'wrongSteps') ? askBase(sample, changed, role) : { chosen: changed };
}

function writePath(sample: SampleRows, title: string, now: string | undefined): Promise<StepAnswer<string>> {
  return quickInputStep(now ?? '', options(sample, title, vscode.l10n.t('A path: names with dots, [0] for an item, [] for every item of a list')), (text) => {
    const parts = parsePath(text.trim());
    if (parts === undefined) return vscode.l10n.t('This is no path: write it like label.steps[].text.');
    return sample.rows.some((row) => valueAt(row, parts) !== undefined) ? undefined : vscode.l10n.t('None of the {0} rows looked at has anything there.', sample.rows.length);
  });
}

/** Asks what a label counts from, with what the values of the first rows would say either way. */
async function askBase(sample: SampleRows, draft: MappingDraft, role: CountedRole): Promise<StepAnswer<MappingDraft>> {
  const { title } = roleWords()[role];
  const item = (base: 0 | 1): Item<0 | 1 | 'unknown'> => ({
    label: vscode.l10n.t('From {0}', base),
    description: vscode.l10n.t('the first step is {0}', base),
    detail: baseText(baseFacts(sample, draft, role, base), role === 'firstError' ? 'value' : 'list'),
    value: base,
  });
  const unknown: Item<0 | 1 | 'unknown'> = { label: `$(circle-slash) ${vscode.l10n.t('Not known')}`, description: vscode.l10n.t('the label is left out'), value: 'unknown' };
  const answer = await quickPickStep([item(0), item(1), unknown], options(sample, title, vscode.l10n.t('What does "{0}" count the steps from?', draft.fields[role] ?? '')));
  if (answer === undefined || answer === 'back') return answer;
  const { value } = answer.chosen;
  if (value !== 0 && value !== 1) return { chosen: withField(draft, role, undefined) };
  const { fields, bases, none } = draft;
  // What stood for no error under another base does not count any more.
  if (role === 'firstError') return askNone(sample, { fields, bases: { ...bases, firstError: value } }, value);
  return { chosen: { fields, bases: { ...bases, wrongSteps: value }, ...(none !== undefined && { none }) } };
}

/** Asks what stands in the field of the first wrong step where no step is wrong. */
async function askNone(sample: SampleRows, draft: MappingDraft, base: 0 | 1): Promise<StepAnswer<MappingDraft>> {
  const { others } = baseFacts(sample, draft, 'firstError', base);
  const found = others.map(({ value, rows }): Item<number | null | 'nothing' | 'write'> => ({ label: String(value), description: vscode.l10n.t('in {0} of the {1} rows looked at', rows, sample.rows.length), value }));
  const nothing: Item<number | null | 'nothing' | 'write'> = { label: `$(circle-slash) ${vscode.l10n.t('Nothing')}`, description: vscode.l10n.t('a row whose value names no step has no label'), value: 'nothing' };
  const write: Item<number | null | 'nothing' | 'write'> = { label: `$(edit) ${vscode.l10n.t('Another number…')}`, value: 'write' };
  const asked = options(sample, roleWords().firstError.title, vscode.l10n.t('What stands in "{0}" where no step is wrong?', draft.fields.firstError ?? ''));
  const answer = await quickPickStep([...found, nothing, write], asked);
  if (answer === undefined || answer === 'back') return answer;
  const { value } = answer.chosen;
  if (value === 'nothing' || value === undefined) return { chosen: draft };
  if (value !== 'write') return { chosen: { ...draft, none: value } };
  const number = await quickInputStep('-1', asked, (text) => (/^-?\d{1,9}$/.test(text.trim()) ? undefined : vscode.l10n.t('Write a whole number.')));
  return number === undefined || number === 'back' ? number : { chosen: { ...draft, none: Number(number.chosen) } };
}

/** Asks about labels that are open still, shows the first trace, and gives the map once it is accepted. */
async function acceptPreview(sample: SampleRows, draft: MappingDraft): Promise<StepAnswer<FieldMap | MappingDraft>> {
  const [open] = openLabels(draft);
  // Each answer leads back to the list, where it is seen.
  if (open !== undefined) return askBase(sample, draft, open);
  const map = mapOf(draft);
  if (!map.ok) return 'back';
  const { traces, rows, first, reason } = previewOf(sample, map.value);
  const use: Item<'use'> = { label: `$(check) ${vscode.l10n.t('Use this map')}`, description: tracesText({ traces, rows }), detail: vscode.l10n.t('For this file, and for files of this folder whose rows have the same fields'), value: 'use' };
  const lines = first === undefined ? [] : previewLines(first).map(({ label, text }): Item<'use'> => ({ label, detail: text }));
  const why = reason === undefined ? [] : [separator<'use'>(vscode.l10n.t('not read')), { label: `$(warning) ${vscode.l10n.t('The first row that is no trace')}`, detail: reason }];
  const answer = await quickPickStep([...(traces === 0 ? [] : [use]), ...why, separator<'use'>(vscode.l10n.t('the first trace: row {0}', first?.source.row ?? 0)), ...lines], options(sample, vscode.l10n.t('Preview'), vscode.l10n.t('This is how the rows are read; Escape changes nothing')), use, ({ value }) => value === 'use');
  return answer === undefined || answer === 'back' ? answer : { chosen: map.value };
}
