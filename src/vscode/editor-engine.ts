import * as vscode from 'vscode';
import { StepscopeError } from '../core/result.ts';
import { nodeVersion, type EngineProgram } from '../models/onnx/engine-program.ts';
import { SETTINGS } from './manifest.ts';

/** The Node that the settings name for the engine; undefined for the editor's own. */
export function engineNodePath(): string | undefined {
  const value: unknown = vscode.workspace.getConfiguration().get(SETTINGS.nodePath);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** What the engine is started from. Rejects with StepscopeError `setting-invalid` where the settings name no Node that can run it. */
export async function editorEngine(context: vscode.ExtensionContext): Promise<EngineProgram> {
  const enginePath = context.asAbsolutePath('dist/engine.js');
  const nodePath = engineNodePath();
  if (nodePath === undefined) return { enginePath };
  const version = await nodeVersion(nodePath);
  if (!version.ok) throw new StepscopeError(version.error.reason, `"${SETTINGS.nodePath}" ${version.error.message}`);
  return { enginePath, nodePath };
}
