import { fail, ok, type Result } from '../../core/result.ts';
import type { GivenData, StepAlternative } from '../../core/trace/given.ts';
import { isRecord } from '../../core/is-record.ts';
import type { FormatErrorReason } from '../trace-file.ts';
import { traceOfSteps, withId } from './given-steps.ts';
import { firstText, noQuestion, numberOf, recordOf, textOf } from './read-fields.ts';
import type { RowFormat } from './row-format.ts';

/** A node of the tree of continuations; `value` is the share of its sampled completions that reach the gold answer. */
interface Node {
  readonly text: string;
  readonly value: number | undefined;
  readonly children: Node[];
}

/** More nodes or a deeper tree than this is refused: published trees have a few hundred. */
const MOST_NODES = 20_000;
const DEEPEST = 500;
const SOURCE = { field: 'reasoning_steps[].mc_value', madeBy: 'rollouts' } as const;

/**
 * Trees of OmegaPRM (MATH-APS; Luo et al. 2024), in both published shapes: `reasoning_steps` is the root node `{ text,
 * mc_value, children }`, or a list of `{ solution_prefix, mc_value }` in which each prefix begins with the question.
 *
 * The trace is the spine: from the root always to the child with the most below it, and of leaves to the one with the
 * lowest value, since that is where the search looked for the error. Its siblings are alternatives. `mc_value` is a score.
 */
export const omegaPrm: RowFormat = {
  id: 'math-aps',
  title: 'OmegaPRM trees (MATH-APS): Monte Carlo values of steps',
  strength: 1,
  mark: 'has "reasoning_steps" with "mc_value"',
  fits: (row) => isRecord(row) && typeof row['question'] === 'string' && isTree(row['reasoning_steps']),
  read(row, context) {
    const record = recordOf(context.where, row, '"question" and "reasoning_steps"');
    if (!record.ok) return record;
    const problem = firstText(record.value, ['question']);
    if (problem === undefined) return noQuestion(context.where, ['question']);
    const tree = rootOf(context.where, problem, record.value['reasoning_steps']);
    if (!tree.ok) return tree;
    const { spine, alternatives } = walk(tree.value);
    if (spine.length === 0) return fail('no-steps', `${context.where} has a tree without steps: there is nothing to look at.`);
    const gold = textOf(record.value['final_answer']);
    const given: GivenData = {
      scores: [{ ...SOURCE, quantity: 'mc_value', values: spine.map(({ value }) => value) }],
      alternatives,
      ...(gold !== undefined && { goldAnswer: { value: gold, field: 'final_answer', madeBy: 'human' } }),
    };
    const named = { ...context, source: withId(context.source, record.value['question_id']) };
    return traceOfSteps(named, problem, spine.map(({ text }) => text), { given });
  },
};

function isTree(value: unknown): boolean {
  if (isRecord(value)) return 'mc_value' in value && Array.isArray(value['children']);
  return Array.isArray(value) && value.length > 0 && value.every((item) => isRecord(item) && typeof item['solution_prefix'] === 'string');
}

function rootOf(where: string, question: string, value: unknown): Result<Node, FormatErrorReason> {
  const nodes = isRecord(value) ? nested(value) : Array.isArray(value) ? fromPrefixes(question, value as unknown[]) : undefined;
  if (nodes === 'too large') return fail('too-long', `${where} has a tree of more than ${MOST_NODES} nodes, or one that is more than ${DEEPEST} deep: cut it down.`);
  return nodes ? ok(nodes) : fail('unknown-shape', `${where} has "reasoning_steps" that are neither a node with "children" nor a list with "solution_prefix".`);
}

/** Copies the tree without recursion, as a file may nest it as deep as it likes. */
function nested(root: Readonly<Record<string, unknown>>): Node | 'too large' {
  const copy: Node = { text: '', value: numberOf(root['mc_value']), children: [] };
  const open: { readonly from: unknown; readonly into: Node; readonly depth: number }[] = [{ from: root['children'], into: copy, depth: 0 }];
  let nodes = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!Array.isArray(next.from)) continue;
    if (next.depth > DEEPEST || (nodes += next.from.length) > MOST_NODES) return 'too large';
    for (const child of next.from as unknown[]) {
      if (!isRecord(child) || typeof child['text'] !== 'string' || child['text'].trim() === '') continue;
      const node: Node = { text: child['text'], value: numberOf(child['mc_value']), children: [] };
      next.into.children.push(node);
      open.push({ from: child['children'], into: node, depth: next.depth + 1 });
    }
  }
  return copy;
}

/** The longest earlier prefix that begins a text is its parent; what it adds is the step. In sorted order the chain of prefixes is a stack. */
function fromPrefixes(question: string, list: readonly unknown[]): Node | 'too large' {
  if (list.length > MOST_NODES) return 'too large';
  const entries = list.flatMap((item) => (isRecord(item) && typeof item['solution_prefix'] === 'string' ? [{ text: item['solution_prefix'], value: numberOf(item['mc_value']) }] : []));
  const root: Node = { text: '', value: undefined, children: [] };
  const chain: { readonly prefix: string; readonly node: Node }[] = [{ prefix: question, node: root }];
  for (const { text, value } of entries.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))) {
    while (chain.length > 1 && !text.startsWith(chain.at(-1)?.prefix ?? '')) chain.pop();
    const { prefix, node: parent } = chain.at(-1) ?? { prefix: '', node: root };
    const added = text.startsWith(prefix) ? text.slice(prefix.length).trim() : '';
    if (added === '') continue;
    const node: Node = { text: added, value, children: [] };
    parent.children.push(node);
    if (chain.length > DEEPEST) return 'too large';
    chain.push({ prefix: text, node });
  }
  return root;
}

function walk(root: Node): { readonly spine: readonly Node[]; readonly alternatives: readonly StepAlternative[] } {
  const sizes = sizesOf(root);
  const spine: Node[] = [];
  const alternatives: StepAlternative[] = [];
  for (let { children } = root; children.length > 0; ) {
    const next = children.reduce((best, child) => (isBetter(child, best, sizes) ? child : best));
    for (const child of children) {
      if (child === next) continue;
      alternatives.push({ ...SOURCE, step: spine.length, text: child.text, ...(child.value !== undefined && { score: child.value }) });
    }
    spine.push(next);
    ({ children } = next);
  }
  return { spine, alternatives };
}

function isBetter(child: Node, best: Node, sizes: ReadonlyMap<Node, number>): boolean {
  const [size, most] = [sizes.get(child) ?? 1, sizes.get(best) ?? 1];
  return size === most ? (child.value ?? Infinity) < (best.value ?? Infinity) : size > most;
}

/** Nodes below and including each node: children come after their parents in the order of visit, so they are added up from the end. */
function sizesOf(root: Node): ReadonlyMap<Node, number> {
  const order = [root];
  for (const node of order) order.push(...node.children);
  const sizes = new Map<Node, number>();
  for (const node of order.reverse()) sizes.set(node, node.children.reduce((sum, child) => sum + (sizes.get(child) ?? 0), 1));
  return sizes;
}
