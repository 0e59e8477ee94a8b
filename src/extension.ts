import * as vscode from 'vscode';
import { config } from '@vscode/l10n';
import { errorText } from './core/error-text.ts';
import { createDatasetReaders } from './formats/worker/dataset-readers.ts';
import { createTextJobs } from './formats/worker/text-jobs.ts';
import { createActivities } from './vscode/activities.ts';
import { createActiveTrace } from './vscode/active-trace.ts';
import { addModel } from './vscode/add-model.ts';
import { createAnalysisPanel } from './vscode/analysis-panel.ts';
import { createAnalysisThreads } from './vscode/analysis-threads.ts';
import { registerCommands } from './vscode/commands.ts';
import { chooseVerifier } from './vscode/choose-verifier.ts';
import { createCompareTraces } from './vscode/compare-traces.ts';
import { connectServer } from './vscode/connect-server.ts';
import { registerDatasetCommands } from './vscode/dataset/dataset-commands.ts';
import { createDatasetLibrary } from './vscode/dataset/dataset-library.ts';
import { createOpenDataset } from './vscode/dataset/open-dataset.ts';
import { createReadingChoices } from './vscode/dataset/reading-choices.ts';
import { createReadingCommands } from './vscode/dataset/reading-commands.ts';
import { createFindRowScores } from './vscode/dataset/row-scores.ts';
import { createScoresWatch } from './vscode/dataset/scores-watch.ts';
import { registerTableEditor } from './vscode/dataset/table-editor.ts';
import { createTracesTree } from './vscode/dataset/traces-tree.ts';
import { createTracesView } from './vscode/dataset/traces-view.ts';
import { createTreeMemory } from './vscode/dataset/tree-memory.ts';
import { createDecorations } from './vscode/decorations.ts';
import { createDiagnostics } from './vscode/diagnostics.ts';
import { createDoctor } from './vscode/doctor/doctor.ts';
import { createFolding } from './vscode/folding-provider.ts';
import { forgetServerKey } from './vscode/forget-server-key.ts';
import { createHoverProvider } from './vscode/hovers.ts';
import { createKnownVerifiers } from './vscode/known-verifiers.ts';
import { createLazyLab } from './vscode/lab/lazy-lab.ts';
import { createLenses } from './vscode/lenses.ts';
import { createNavigation } from './vscode/navigation.ts';
import { createNoteCommands } from './vscode/note-commands.ts';
import { createNotesMemory, notedSpans } from './vscode/notes-memory.ts';
import { guardMessages } from './vscode/plain-messages.ts';
import { createScoreStore } from './vscode/score-store.ts';
import { createScoresPanel } from './vscode/scores-panel.ts';
import { createScoring } from './vscode/scoring.ts';
import { createServerKeys } from './vscode/server-keys.ts';
import { createSegmentationCommands } from './vscode/segmentation-commands.ts';
import { createSegmentationMemory } from './vscode/segmentation-memory.ts';
import { createSegmentedDocuments } from './vscode/segmented-documents.ts';
import { LAB_COMMANDS, LAB_VIEWS, RUN_SCHEME } from './vscode/manifest.ts';
import { POLICY } from './vscode/model-role.ts';
import { readRunTrace } from './vscode/runs/read-run-trace.ts';
import { registerRunCommands } from './vscode/runs/run-commands.ts';
import type { RunKinds } from './vscode/runs/run-kinds.ts';
import { createRunStore } from './vscode/runs/run-store.ts';
import { createRunsView } from './vscode/runs/runs-tree.ts';
import { readSettings } from './vscode/settings.ts';
import { watchSettings } from './vscode/settings-watch.ts';
import { registerSetupCommands } from './vscode/setup-commands.ts';
import { createStatusBar } from './vscode/status-bar.ts';
import { createStatusMenu } from './vscode/status-menu.ts';
import { registerSymbols } from './vscode/symbols.ts';
import { createRowDocuments } from './vscode/trace-content-provider.ts';
import { createTraceDocuments } from './vscode/trace-documents.ts';
import { createTraceMemory } from './vscode/trace-memory.ts';
import { createTraceSessions, type ScoringContext } from './vscode/trace-sessions.ts';
import { createTraceTarget } from './vscode/trace-target.ts';
import { createSecondVerifier } from './vscode/second-verifier.ts';
import { createVerifierModel } from './vscode/verifier-model.ts';
import { restoreTraces } from './vscode/restore.ts';

let flush: () => Promise<void> = () => Promise.resolve();

/** Composes the adapters. Nothing here starts a model or reads a document that was not opened as a trace. */
export function activate(context: vscode.ExtensionContext): void {
  // For the texts of files that do without the editor, so that they can be tested without it.
  config({ contents: vscode.l10n.bundle ?? {} });
  guardMessages(vscode.window);
  const log = vscode.window.createOutputChannel('Stepscope', { log: true });
  const storage = (name: string): string => vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, name).fsPath;
  const store = createScoreStore(storage('scores'), (error) => log.error('Scores could not be written:', errorText(error)));
  flush = () => store.flush();

  const runs = createRunStore(storage('runs'), (error) => log.error('A run could not be written:', errorText(error)));

  const activities = createActivities();
  const memory = createTraceMemory(context.workspaceState);
  const readerScript = context.asAbsolutePath('dist/dataset.js');
  const openInReader = createDatasetReaders(readerScript);
  const textJobs = createTextJobs(readerScript);
  const readings = createReadingChoices(context.workspaceState);
  const library = createDatasetLibrary(context.workspaceState, createOpenDataset(openInReader), readings);
  const rowDocuments = createRowDocuments(
    (file, row, variant) => (file.scheme === RUN_SCHEME ? readRunTrace({ runs, searchTrace: (run, problem) => lab.open().searchTrace(run, problem), biasTrace: (id, at, name) => lab.open().biasTrace(id, at, name) }, file, row, variant) : library.record(file, row, variant)),
    openInReader,
    (file) => readings.optionsFor(file),
  );
  const documents = createSegmentedDocuments(
    createTraceDocuments((document) => rowDocuments.read(document), textJobs),
    createSegmentationMemory(context.workspaceState),
    () => readSettings().segmentation,
    (sentence) => void vscode.window.showInformationMessage(sentence),
    textJobs,
  );
  const notesMemory = createNotesMemory(context.workspaceState);
  const say = (line: string): void => log.info(line);
  const verifierChanged = new vscode.EventEmitter<void>();
  const known = createKnownVerifiers(context.globalState, () => {
    void sessions.refresh();
    verifierChanged.fire();
  });
  const keys = createServerKeys(context.secrets, context.globalState);
  const verifier = createVerifierModel({ context, known, keys, log: say, onFirstUse: (name, notes) => tellNotes(say, name, notes) });
  const policy = createVerifierModel({ role: POLICY, context, known, keys, log: say, onFirstUse: (name, notes) => tellNotes(say, name, notes) });
  const second = createSecondVerifier({ context, known, keys, log: say, onFirstUse: (name, notes) => tellNotes(say, name, notes) }, verifier);
  const scoringContext = (): ScoringContext => ({ verifier: readSettings().verifier, hashes: verifier.hashes() });
  const sessions = createTraceSessions(documents, store, scoringContext, (open) => notesMemory.find(open.trace, open.exported?.notes ?? []));
  const scoring = createScoring(sessions, store, verifier, activities);
  const active = createActiveTrace(sessions);
  const navigation = createNavigation(memory);
  const target = createTraceTarget(sessions, active, rowDocuments, memory);
  const notes = (): readonly string[] => verifier.notes();
  const reopen = async (uri: vscode.Uri): Promise<void> => {
    const view = await target.open(await vscode.workspace.openTextDocument(uri));
    if (view !== undefined) active.choose(view.document);
  };
  const panel = createScoresPanel({ context, active, notes, reveal: (view, step) => navigation.reveal(view, step), reopen });
  const analysis = createAnalysisPanel({ extension: context.extensionUri, active, navigation, reopen });
  const noteCommands = createNoteCommands(notesMemory, sessions);
  const threads = createAnalysisThreads(sessions, noteCommands);
  const models = {
    addModel: (argument?: unknown) => addModel(context, say, argument),
    chooseVerifier: () => chooseVerifier(context, known),
    connectServer: (argument?: unknown) => connectServer({ known, keys, log: say }, argument),
    forgetServerKey: () => forgetServerKey(keys),
  };
  const scoresWatch = createScoresWatch(sessions);
  const scoresOf = createFindRowScores(store, scoringContext, (trace, brought) => notesMemory.find(trace, notedSpans(trace, brought)).shown);
  const treeMemory = createTreeMemory(context.workspaceState);
  const dataSetCommands = registerDatasetCommands({ extension: context.extensionUri, library, readings: createReadingCommands(library, readings), rowDocuments, target, navigation, memory });
  const openRow = (uri: vscode.Uri, row: number): void => void dataSetCommands.openRow(uri, row, vscode.ViewColumn.Beside);
  const openVariant = (uri: vscode.Uri, row: number): void => void dataSetCommands.openVariant(uri, row, vscode.ViewColumn.Beside);
  const lab = createLazyLab(
    {
      context,
      activities,
      library,
      store,
      runs,
      active,
      target,
      rowDocuments,
      textJobs,
      known,
      reopen,
      policy,
      verifier,
      second,
      async openAt(file, row, document, step) {
        memory.setLastStep(document, step);
        await dataSetCommands.openRow(file, row, vscode.ViewColumn.Active);
      },
      onScored(document) {
        scoresWatch.announce();
        const shown = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === document.toString());
        if (shown !== undefined) void sessions.refresh(shown);
      },
      chooseVerifier: models.chooseVerifier,
      choosePolicy: () => chooseVerifier(context, known, POLICY),
    },
    LAB_COMMANDS,
    LAB_VIEWS,
  );
  const runKinds: RunKinds = {
    get search() {
      return lab.open().kinds.search;
    },
    get bias() {
      return lab.open().kinds.bias;
    },
    get eval() {
      return lab.open().kinds.eval;
    },
    get masking() {
      return lab.open().kinds.masking;
    },
  };
  const runsView = createRunsView(runs);
  const doctor = createDoctor({ context, keys, scores: storage('scores') });
  const menu = createStatusMenu({ activities, verifier: () => verifier.summary(), onDidChangeVerifier: verifierChanged.event, showLog: () => log.show() });
  const folding = createFolding(sessions);
  const lenses = createLenses(sessions);
  const everywhere: vscode.DocumentSelector = { scheme: '*' };

  context.subscriptions.push(
    log,
    rowDocuments,
    sessions,
    verifier,
    policy,
    second,
    scoring,
    active,
    createDecorations(context, sessions),
    createDiagnostics(active),
    createStatusBar(active),
    activities,
    verifierChanged,
    menu,
    doctor,
    registerSetupCommands(context, { doctor: () => doctor.run(), showMenu: () => menu.show() }),
    watchSettings(context),
    registerSymbols(sessions),
    lenses,
    folding,
    vscode.languages.registerFoldingRangeProvider(everywhere, folding),
    vscode.languages.registerCodeLensProvider(everywhere, lenses),
    vscode.languages.registerHoverProvider(everywhere, createHoverProvider(sessions, notes)),
    navigation,
    panel,
    analysis,
    threads,
    registerCommands({ target, sessions, scoring, store, navigation, memory, segmentation: createSegmentationCommands(documents, sessions, scoring), notes: noteCommands, analysis, threads, exported: (document) => documents.exported(document), compareTraces: createCompareTraces(sessions, rowDocuments, target), showScores: () => panel.show(), models }),
    library,
    dataSetCommands,
    scoresWatch,
    createTracesView(createTracesTree({ library, memory: treeMemory, scoresOf, onScores: scoresWatch.onDidChange }), treeMemory),
    registerTableEditor({ extension: context.extensionUri, library, scoresOf, openRow, openVariant, onScores: scoresWatch.onDidChange }),
    lab,
    runs,
    runsView,
    registerRunCommands(runs, runKinds, () => runsView.selected()),
    readings.onDidChange((concerns) => void rowDocuments.reread(concerns).then((any) => (any ? sessions.refresh() : undefined))),
    restoreTraces(memory, target),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('stepscope.verifier') || event.affectsConfiguration('stepscope.segmentation')) void sessions.refresh();
    }),
  );
}

/** What a verifier does slowly or not at all, when it is used for the first time. Not awaited: the run goes on. */
function tellNotes(say: (line: string) => void, name: string, notes: readonly string[]): void {
  for (const note of notes) say(`${name}: ${note}`);
  void vscode.window.showInformationMessage(`${name}: ${notes.join(' ')}`);
}

/** Waits for the scores that are still on their way to the disk; the model process ends with the subscriptions. */
export async function deactivate(): Promise<void> {
  await flush();
}
