/**
 * Everything that package.json contributes, declared once. A unit test compares these with the
 * manifest both ways, so neither side can drift.
 */
export const COMMANDS = {
  scoreSteps: 'stepscope.scoreSteps',
  scoreStepsDirect: 'stepscope.scoreStepsDirect',
  scoreStep: 'stepscope.scoreStep',
  moreSamples: 'stepscope.moreSamples',
  cancelScoring: 'stepscope.cancelScoring',
  clearScores: 'stepscope.clearScores',
  nextStep: 'stepscope.nextStep',
  previousStep: 'stepscope.previousStep',
  nextSuspiciousStep: 'stepscope.nextSuspiciousStep',
  firstStep: 'stepscope.firstStep',
  lastStep: 'stepscope.lastStep',
  nextDisagreement: 'stepscope.nextDisagreement',
  goToStep: 'stepscope.goToStep',
  readCurrentStep: 'stepscope.readCurrentStep',
  showAnalysis: 'stepscope.showAnalysis',
  toggleAnalysisComments: 'stepscope.toggleAnalysisComments',
  keepReply: 'stepscope.keepReply',
  showStepScores: 'stepscope.showStepScores',
  markStepRight: 'stepscope.markStepRight',
  markStepWrong: 'stepscope.markStepWrong',
  commentOnStep: 'stepscope.commentOnStep',
  clearNote: 'stepscope.clearNote',
  exportTrace: 'stepscope.exportTrace',
  compareTraces: 'stepscope.compareTraces',
  addModel: 'stepscope.addModel',
  chooseVerifier: 'stepscope.chooseVerifier',
  connectServer: 'stepscope.connectServer',
  forgetServerKey: 'stepscope.forgetServerKey',
  changeSegmentation: 'stepscope.changeSegmentation',
  mergeStepWithNext: 'stepscope.mergeStepWithNext',
  splitStepAtCursor: 'stepscope.splitStepAtCursor',
  moveStepBoundary: 'stepscope.moveStepBoundary',
  undoSegmentationEdit: 'stepscope.undoSegmentationEdit',
} as const;

export type CommandName = keyof typeof COMMANDS;

/** Commands about data sets and the *Traces* view. */
export const DATASET_COMMANDS = {
  openTraces: 'stepscope.openTraces',
  openSample: 'stepscope.openSample',
  openScoredSample: 'stepscope.openScoredSample',
  openRow: 'stepscope.openRow',
  openVariant: 'stepscope.openVariant',
  openAsTable: 'stepscope.openAsTable',
  chooseFormat: 'stepscope.chooseFormat',
  mapFields: 'stepscope.mapFields',
  closeTraces: 'stepscope.closeTraces',
  refreshTraces: 'stepscope.refreshTraces',
} as const;

export type DatasetCommandName = keyof typeof DATASET_COMMANDS;

/** Commands about searching solutions. */
export const SEARCH_COMMANDS = {
  solve: 'stepscope.solve',
  solveRows: 'stepscope.solveRows',
  compareStrategies: 'stepscope.compareStrategies',
  choosePolicy: 'stepscope.choosePolicy',
  cancelSearch: 'stepscope.cancelSearch',
  resumeSearch: 'stepscope.resumeSearch',
  openAsRun: 'stepscope.openAsRun',
  continueFromCandidate: 'stepscope.continueFromCandidate',
  searchWithSettings: 'stepscope.searchWithSettings',
} as const;

export type SearchCommandName = keyof typeof SEARCH_COMMANDS;

/** Commands about the attention between the steps of a trace. */
export const ATTENTION_COMMANDS = {
  showAttention: 'stepscope.showAttention',
  exportAttention: 'stepscope.exportAttention',
} as const;

export type AttentionCommandName = keyof typeof ATTENTION_COMMANDS;
/** Commands about bias experiments on data sets. */
export const EXPERIMENT_COMMANDS = {
  runBiasExperiment: 'stepscope.runBiasExperiment',
  openBiasTrace: 'stepscope.openBiasTrace',
  cancelBiasExperiment: 'stepscope.cancelBiasExperiment',
  resumeBiasExperiment: 'stepscope.resumeBiasExperiment',
} as const;

export type ExperimentCommandName = keyof typeof EXPERIMENT_COMMANDS;

/** Commands about internal bias. */
export const BIAS_COMMANDS = {
  hideInput: 'stepscope.hideInput',
} as const;

/** Commands about runs and the *Runs* view. */
export const RUN_COMMANDS = {
  openRun: 'stepscope.openRun',
  renameRun: 'stepscope.renameRun',
  deleteRun: 'stepscope.deleteRun',
  exportRun: 'stepscope.exportRun',
} as const;

export type RunCommandName = keyof typeof RUN_COMMANDS;

/** Commands about overthinking in a trace. */
export const OVERTHINKING_COMMANDS = {
  showOverthinking: 'stepscope.showOverthinking',
  measureOverthinking: 'stepscope.measureOverthinking',
  setFirstAnswer: 'stepscope.setFirstAnswer',
  resetFirstAnswer: 'stepscope.resetFirstAnswer',
} as const;

export type OverthinkingCommandName = keyof typeof OVERTHINKING_COMMANDS;
/** Commands about evaluations. */
export const EVAL_COMMANDS = {
  runEval: 'stepscope.runEval',
  pauseEval: 'stepscope.pauseEval',
  cancelEval: 'stepscope.cancelEval',
  resumeEval: 'stepscope.resumeEval',
  rerunEval: 'stepscope.rerunEval',
  compareRuns: 'stepscope.compareRuns',
} as const;

export type EvalCommandName = keyof typeof EVAL_COMMANDS;

/** Commands about Stepscope itself. */
export const SETUP_COMMANDS = {
  doctor: 'stepscope.doctor',
  showMenu: 'stepscope.showMenu',
  openWalkthrough: 'stepscope.openWalkthrough',
} as const;

export type SetupCommandName = keyof typeof SETUP_COMMANDS;

export const WALKTHROUGH = 'stepscope.start';

export const SETTINGS = {
  samples: 'stepscope.verifier.samples',
  temperature: 'stepscope.verifier.temperature',
  topP: 'stepscope.verifier.topP',
  seed: 'stepscope.verifier.seed',
  threshold: 'stepscope.verifier.threshold',
  prompt: 'stepscope.verifier.prompt',
  maxNewTokens: 'stepscope.verifier.maxNewTokens',
  model: 'stepscope.verifier.model',
  endpoints: 'stepscope.verifier.endpoints',
  servedModel: 'stepscope.verifier.servedModel',
  concurrency: 'stepscope.verifier.concurrency',
  keyVariable: 'stepscope.verifier.keyVariable',
  policyModel: 'stepscope.policy.model',
  policyEndpoints: 'stepscope.policy.endpoints',
  policyServedModel: 'stepscope.policy.servedModel',
  policyConcurrency: 'stepscope.policy.concurrency',
  policyKeyVariable: 'stepscope.policy.keyVariable',
  policyPrompt: 'stepscope.policy.prompt',
  policySystem: 'stepscope.policy.system',
  policyTemplate: 'stepscope.policy.template',
  policyTemperature: 'stepscope.policy.temperature',
  policyTopP: 'stepscope.policy.topP',
  policyMaxStepTokens: 'stepscope.policy.maxStepTokens',
  policyMaxSolutionTokens: 'stepscope.policy.maxSolutionTokens',
  searchStrategy: 'stepscope.search.strategy',
  searchGood: 'stepscope.search.good',
  searchLow: 'stepscope.search.low',
  searchBad: 'stepscope.search.bad',
  searchPenalty: 'stepscope.search.penalty',
  searchInitialMode: 'stepscope.search.initialMode',
  searchSamples: 'stepscope.search.samples',
  searchBeams: 'stepscope.search.beams',
  searchAggregate: 'stepscope.search.aggregate',
  searchMaxRounds: 'stepscope.search.maxRounds',
  searchMaxTokens: 'stepscope.search.maxTokens',
  searchSeed: 'stepscope.search.seed',
  biasGuesses: 'stepscope.bias.guesses',
  biasTemplates: 'stepscope.bias.templates',
  biasTemperatures: 'stepscope.bias.temperatures',
  biasSeed: 'stepscope.bias.seed',
  biasReflectionWords: 'stepscope.bias.reflectionWords',
  biasAnswerPatterns: 'stepscope.bias.answerPatterns',
  nodePath: 'stepscope.engine.nodePath',
  inlineText: 'stepscope.display.inlineText',
  gutter: 'stepscope.display.gutter',
  statusBar: 'stepscope.display.statusBar',
  language: 'stepscope.segmentation.language',
  planningWords: 'stepscope.segmentation.planningWords',
} as const;

/** The least and the most of each number. */
export const SETTING_LIMITS = {
  samples: [1, 64],
  temperature: [0.05, 2],
  topP: [0.05, 1],
  seed: [0, 0xffff_ffff],
  threshold: [0, 1],
  maxNewTokens: [16, 32_768],
  concurrency: [1, 1024],
  policyConcurrency: [1, 1024],
  policyTemperature: [0, 2],
  policyTopP: [0.05, 1],
  policyMaxStepTokens: [8, 32_768],
  policyMaxSolutionTokens: [16, 131_072],
  searchGood: [0, 1],
  searchLow: [0, 1],
  searchBad: [0, 1],
  searchSamples: [1, 256],
  searchBeams: [1, 16],
  searchMaxRounds: [1, 1000],
  searchSeed: [0, 0x7fff_ffff],
  biasGuesses: [1, 1024],
  biasSeed: [0, 0x7fff_ffff],
} as const satisfies Partial<Record<keyof typeof SETTINGS, readonly [number, number]>>;

/** Settings that a folder must not set before it is trusted: they decide what is loaded and run, and where text and keys go. */
export const RESTRICTED_SETTINGS = [SETTINGS.model, SETTINGS.endpoints, SETTINGS.servedModel, SETTINGS.concurrency, SETTINGS.keyVariable, SETTINGS.nodePath, SETTINGS.policyModel, SETTINGS.policyEndpoints, SETTINGS.policyServedModel, SETTINGS.policyConcurrency, SETTINGS.policyKeyVariable] as const;

export const CONTEXT_KEYS = {
  /** The active editor shows a trace that was opened as one. */
  hasTrace: 'stepscope.hasTrace',
  /** Some trace is being scored now. */
  scoring: 'stepscope.scoring',
} as const;

export const COLORS = {
  correct: 'stepscope.stepCorrect',
  error: 'stepscope.stepError',
  uncertain: 'stepscope.stepUncertain',
  noVerdict: 'stepscope.stepNoVerdict',
  afterError: 'stepscope.stepAfterError',
  label: 'stepscope.label',
  note: 'stepscope.note',
} as const;

export type ColorName = keyof typeof COLORS;

/** The scheme and the root folder of read-only documents that show one row of a data set. */
export const TRACE_SCHEME = 'stepscope-trace';
/** Addresses of runs: a trace document of a search names one as its file. */
export const RUN_SCHEME = 'stepscope-run';
export const TRACE_ROOT = '/stepscope-trace';

/** The scheme of the report of *Doctor*. */
export const REPORT_SCHEME = 'stepscope-report';

/** The tests of labelled rows; part of the tags that the *Testing* view filters by. */
export const TEST_CONTROLLER = 'stepscope.evals';
/** The editor's own view of tests. */
export const TESTING_VIEW = 'workbench.view.testing';

export const VIEWS = {
  analysis: 'stepscope.analysis',
  /** The panel that shows where the attention of a model goes. */
  attention: 'stepscope.attention',
  scores: 'stepscope.scores',
  /** The panel about internal bias and overthinking in one trace. */
  overthinking: 'stepscope.overthinking',
  /** The panels that show reports of runs. */
  report: 'stepscope.report',
  /** The panel that shows a search. */
  search: 'stepscope.search',
  /** The panel of hidden input. */
  masking: 'stepscope.masking',
  /** The panel that compares searches. */
  compare: 'stepscope.compare',
  /** The tree of open data sets and traces. */
  traces: 'stepscope.traces',
  /** The list of what was run: searches, evaluations, bias experiments. */
  runs: 'stepscope.runs',
  /** The custom editor that shows a data set as a table. */
  table: 'stepscope.table',
} as const;

/** What dist/lab.js serves: it is loaded with the first of these. */
export const LAB_COMMANDS: readonly string[] = [ATTENTION_COMMANDS, BIAS_COMMANDS, EVAL_COMMANDS, EXPERIMENT_COMMANDS, OVERTHINKING_COMMANDS, SEARCH_COMMANDS].flatMap((group) => Object.values<string>(group));
export const LAB_VIEWS: readonly string[] = [VIEWS.attention, VIEWS.compare, VIEWS.masking, VIEWS.overthinking, VIEWS.report, VIEWS.search];
