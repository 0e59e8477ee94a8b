import path from 'node:path';

export type BundledModel = 'r-prm' | 'reasoner';

/** Folder of a model that ships with Stepscope. `root` is the extension's or the package's folder. */
export function bundledModelDirectory(root: string, name: BundledModel): string {
  return path.join(root, 'models', name);
}
