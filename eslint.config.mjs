import path from 'node:path';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';

const root = path.dirname(fileURLToPath(import.meta.url));

/** Lowest first. A layer may import from itself and from any layer with a smaller number. */
const LAYERS = { core: 0, protocol: 1, formats: 2, models: 2, vscode: 3, cli: 3, 'extension.ts': 4 };
/** Modules that a layer must never see, whatever its neighbours do. */
const FORBIDDEN = {
  core: /^(vscode|node:|onnxruntime|fs$|path$|child_process$)/,
  protocol: /^(vscode|node:|onnxruntime)/,
  formats: /^(vscode|onnxruntime)/,
  models: /^vscode$/,
  cli: /^(vscode|onnxruntime)/,
  vscode: /^onnxruntime/,
};

const layerRule = {
  meta: { type: 'problem', schema: [], messages: { up: '{{from}} must not import {{to}}: imports only ever point down.', module: '{{from}} must not import {{to}}.' } },
  create(context) {
    const layerOf = (file) => path.relative(path.join(root, 'src'), file).split(path.sep)[0];
    const from = layerOf(context.filename);
    if (!(from in LAYERS)) return {};
    const check = (node) => {
      const target = node.source?.value;
      if (typeof target !== 'string') return;
      if (!target.startsWith('.')) {
        if (FORBIDDEN[from]?.test(target)) context.report({ node, messageId: 'module', data: { from, to: target } });
        return;
      }
      const to = layerOf(path.resolve(path.dirname(context.filename), target));
      const sideways = to !== from && LAYERS[to] === LAYERS[from];
      if (!(to in LAYERS) || LAYERS[to] > LAYERS[from] || sideways) context.report({ node, messageId: 'up', data: { from, to } });
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check };
  },
};

export default tseslint.config(
  { ignores: ['dist/', 'out/', '.vscode-test/', 'node_modules/', 'models/recipe/'] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['src/**/*.ts', 'webview/**/*.ts', 'test/**/*.ts'] })),
  {
    files: ['src/**/*.ts', 'webview/**/*.ts', 'test/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    plugins: { stepscope: { rules: { layers: layerRule } } },
    rules: {
      'stepscope/layers': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
    },
  },
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/no-unused-expressions': 'off' } },
);
