/** Calls `apply` with what it is given: at once after a pause of `pause()` ms, else at its end, and then with the latest alone. */
export function createPaced<Value>(apply: (value: Value) => void, pause: () => number): (value: Value) => void {
  let last = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: Value;
  const flush = (): void => {
    timer = undefined;
    last = Date.now();
    apply(waiting);
  };
  return (value) => {
    waiting = value;
    if (timer !== undefined) return;
    const left = last + pause() - Date.now();
    if (left > 0) timer = setTimeout(flush, left);
    else flush();
  };
}
