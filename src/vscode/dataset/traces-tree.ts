import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Dataset } from '../../formats/dataset.ts';
import type { Disposable } from '../disposable.ts';
import { DATASET_COMMANDS } from '../manifest.ts';
import { createPause } from '../pause.ts';
import { count } from '../wording.ts';
import type { DatasetLibrary } from './dataset-library.ts';
import { firstRows, unreadText } from './first-rows.ts';
import type { FindRowScores } from './row-scores.ts';
import { MOST_CHILDREN, rangesTo, rowRanges, type RowRange } from './row-ranges.ts';
import { summaryOf } from './row-summary.ts';
import { nodeId, treeItem, type TraceNode } from './tree-items.ts';
import type { TreeMemory } from './tree-memory.ts';

export interface TracesTree extends vscode.TreeDataProvider<TraceNode>, Disposable {
  /** Resolves when no children have been read for a moment. */
  settled(): Promise<void>;
  /** Shows all of it anew. */
  refresh(): void;
  getParent(node: TraceNode): TraceNode | undefined;
  /** The node of an id that `nodeId` gave, if it can still be there and all nodes above it are unfolded. Its file is read for that. */
  find(id: string): Promise<TraceNode | undefined>;
}

export interface TracesTreeDependencies {
  readonly library: DatasetLibrary;
  readonly memory: TreeMemory;
  readonly scoresOf: FindRowScores;
  /** Fires when scores of some trace have changed. */
  readonly onScores: vscode.Event<void>;
}

/** A file that is being read, or scores that come in, show at this beat. */
const BEAT_MS = 1000;
/** It is quiet when nothing was read at this many looks, so long apart. */
const QUIET_TURNS = 4;
const QUIET_MS = 150;

/** The open data sets and traces with their rows. Nothing is read before a node is unfolded. */
export function createTracesTree({ library, memory, scoresOf, onScores }: TracesTreeDependencies): TracesTree {
  const changed = new vscode.EventEmitter<TraceNode | undefined>();
  const files = new Map<string, TraceNode>();
  /** Files whose rows are to be shown anew at the next beat. */
  const waiting = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  /** Nodes whose children are being read: a node that is to be shown anew meanwhile loses them in older editors, so that waits. */
  let reading = 0;

  function fileNode(uri: vscode.Uri): TraceNode {
    const key = uri.toString();
    const node = files.get(key) ?? { kind: 'file', uri };
    files.set(key, node);
    return node;
  }

  function showSoon(uris: readonly vscode.Uri[]): void {
    for (const uri of uris) waiting.add(uri.toString());
    timer ??= setTimeout(() => {
      timer = undefined;
      if (reading > 0) return showSoon([]);
      const now = [...waiting];
      waiting.clear();
      for (const key of now) if (files.has(key)) changed.fire(files.get(key));
    }, BEAT_MS);
  }

  async function watched(children: Promise<TraceNode[]>): Promise<TraceNode[]> {
    reading++;
    try {
      return await children;
    } finally {
      reading--;
    }
  }

  /** Lists what an open file gives; the sentence that says why, where it cannot be opened. */
  async function fromFile(uri: vscode.Uri, list: (dataset: Dataset) => Promise<TraceNode[]>): Promise<TraceNode[]> {
    const use = library.use(uri);
    try {
      const opened = await use.current();
      return opened.ok ? await list(opened.value) : [{ kind: 'note', uri, text: opened.error.message, trouble: true }];
    } finally {
      use.dispose();
    }
  }

  async function rowNode(uri: vscode.Uri, dataset: Dataset, row: number, variants: readonly string[], variant?: string): Promise<TraceNode> {
    return { kind: 'row', uri, row, ...(variant !== undefined && { variant }), summary: await summaryOf(dataset, row, { variants, variant }, scoresOf) };
  }

  async function rowNodes(uri: vscode.Uri, range: RowRange): Promise<TraceNode[]> {
    const ranges = rowRanges(range);
    if (ranges !== undefined) return ranges.map((part) => ({ kind: 'rows', uri, range: part }));
    return fromFile(uri, async (dataset) => {
      const nodes: TraceNode[] = [];
      const pause = createPause();
      for (let row = range.start; row < range.end; row++) {
        nodes.push(await rowNode(uri, dataset, row, await dataset.variants(row)));
        await pause();
      }
      return nodes;
    });
  }

  /** The traces of a row; of very many only the first, and a sentence that says where the others are. */
  function variantNodes(uri: vscode.Uri, row: number, variants: readonly string[]): Promise<TraceNode[]> {
    return fromFile(uri, async (dataset) => {
      const nodes: TraceNode[] = [];
      const pause = createPause();
      for (const variant of variants.slice(0, MOST_CHILDREN)) {
        nodes.push(await rowNode(uri, dataset, row, [], variant));
        await pause();
      }
      const more = variants.length - MOST_CHILDREN;
      if (more <= 0) return nodes;
      const command = { command: DATASET_COMMANDS.openVariant, title: vscode.l10n.t('Open Variant…'), arguments: [uri.toString(), row] };
      return [...nodes, { kind: 'note', uri, text: vscode.l10n.t('{0}: Open Variant… lists all', count(more, 'more trace')), trouble: false, command }];
    });
  }

  function fileChildren(uri: vscode.Uri): Promise<TraceNode[]> {
    return fromFile(uri, async (dataset) => {
      const lost = library.lostMessage(uri);
      const { rows, bytes, total, complete } = dataset.progress;
      const notes: TraceNode[] = [];
      if (lost !== undefined) notes.push({ kind: 'note', uri, text: lost, trouble: true });
      if (!complete) notes.push({ kind: 'note', uri, text: vscode.l10n.t('The file is being read: {0} %, {1} so far.', Math.floor((100 * bytes) / Math.max(1, total)), count(rows, 'row')), trouble: false });
      const unread = unreadText(await firstRows(dataset));
      if (unread !== undefined) notes.push({ kind: 'note', uri, text: `${vscode.l10n.t('Map Fields…')} ${unread}`, trouble: true, command: { command: DATASET_COMMANDS.mapFields, title: vscode.l10n.t('Map Fields…'), arguments: [uri] } });
      return [...notes, ...(await rowNodes(uri, { start: 0, end: rows }))];
    });
  }

  /** The nodes from the file's to that of the row. */
  function above(uri: vscode.Uri, row: number): TraceNode[] {
    const opened = library.peek(uri);
    const rows = opened?.ok === true ? opened.value.progress.rows : 0;
    return [fileNode(uri), ...rangesTo(row, rows).map((range): TraceNode => ({ kind: 'rows', uri, range }))];
  }

  const subscriptions = vscode.Disposable.from(
    changed,
    library.onDidChange(({ uri, type }) => {
      if (type === 'listed') changed.fire(undefined);
      else if (type === 'progress' || reading > 0) showSoon([uri]);
      else if (files.has(uri.toString())) changed.fire(fileNode(uri));
    }),
    onScores(() => showSoon(library.list())),
  );

  return {
    onDidChangeTreeData: changed.event,
    getTreeItem: (node) => treeItem(node, library, (id) => memory.isUnfolded(id)),
    getChildren(node) {
      switch (node?.kind) {
        case undefined: {
          const uris = library.list();
          for (const key of files.keys()) {
            if (uris.some((uri) => uri.toString() === key)) continue;
            files.delete(key);
            memory.forget(key);
          }
          return uris.map(fileNode);
        }
        case 'file':
          return watched(fileChildren(node.uri));
        case 'rows':
          return watched(rowNodes(node.uri, node.range));
        case 'row':
          return node.variant === undefined && node.summary.variants.length > 1 ? watched(variantNodes(node.uri, node.row, node.summary.variants)) : [];
        case 'note':
          return [];
      }
    },
    getParent(node) {
      switch (node.kind) {
        case 'file':
          return undefined;
        case 'note':
          return fileNode(node.uri);
        case 'rows': {
          const nodes = above(node.uri, node.range.start);
          return nodes[nodes.findIndex((other) => nodeId(other) === nodeId(node)) - 1] ?? fileNode(node.uri);
        }
        case 'row': {
          if (node.variant === undefined) return above(node.uri, node.row).at(-1);
          return { kind: node.kind, uri: node.uri, row: node.row, summary: node.summary };
        }
      }
    },
    async settled() {
      for (let quiet = 0; quiet < QUIET_TURNS; quiet = reading > 0 ? 0 : quiet + 1) await setTimeoutPromise(QUIET_MS);
    },
    refresh: () => changed.fire(undefined),
    async find(id) {
      const uri = library.list().find((file) => id === file.toString() || id.startsWith(`${file.toString()}#[`));
      if (uri === undefined || id === uri.toString()) return uri && fileNode(uri);
      const [row, variant] = JSON.parse(id.slice(uri.toString().length + 1)) as readonly [number, string?];
      const [found] = await fromFile(uri, async (dataset) => ((await dataset.reach(row)) ? [await rowNode(uri, dataset, row, await dataset.variants(row), variant)] : []));
      if (found?.kind !== 'row') return undefined;
      const parents = [...above(uri, row), ...(variant === undefined ? [] : [this.getParent(found)])];
      return parents.every((parent) => parent !== undefined && memory.isUnfolded(nodeId(parent))) ? found : undefined;
    },
    dispose() {
      clearTimeout(timer);
      subscriptions.dispose();
    },
  };
}
