/** Something to end. A shape rather than the editor's class, so that plain objects fit. */
export interface Disposable {
  dispose(): void;
}
