// Runs in every frame of the page that the benchmark of the host opens (bench:host), put there by watch-page.ts: tells which
// tasks took 50 ms or more, and in the workbench when the text after the first decorated piece of code becomes another.
const tell = (seen) => void globalThis.stepscopeSaw?.(JSON.stringify(seen));
const frame = window === window.top ? 'workbench' : 'webview';

new PerformanceObserver((list) => {
  // Frames that share a thread are told each other's tasks, under other names.
  for (const { name, startTime, duration } of list.getEntries()) if (name === 'self') tell({ kind: 'task', frame, at: performance.timeOrigin + startTime, ms: duration });
}).observe({ type: 'longtask', buffered: true });

/** The first text that stands after a decorated piece of code. */
function firstText() {
  for (const element of document.querySelectorAll('.view-lines span[class*="ced-"]')) {
    const text = getComputedStyle(element, '::after').content;
    if (/^".+"$/s.test(text)) return text;
  }
  return '';
}

if (frame === 'workbench') {
  let last = '';
  const look = () => {
    const text = firstText();
    if (text !== last && text !== '') tell({ kind: 'text', at: performance.timeOrigin + performance.now(), text });
    last = text;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
