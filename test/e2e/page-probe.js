// Runs inside the workbench page, put there by workbench.ts: reads what is on screen and has no locator of its own.
const longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries())).observe({ type: 'longtask', buffered: true });

const violations = [];
const watchPolicy = () => document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile, lineNumber }) => violations.push(`${violatedDirective} ${blockedURI} (${sourceFile}:${lineNumber})`));
watchPolicy();
// A webview's document is written into a frame that is there already, and opening it takes its listeners away.
const { open } = Document.prototype;
Document.prototype.open = function (...args) {
  const opened = open.apply(this, args);
  if (this === document) watchPolicy();
  return opened;
};

globalThis.stepscopeProbe = {
  /** What the policy of the document forbade so far: directive, address and which line did it. */
  violations,

  /** The longest task of the page since a time of its clock (performance.now()), in ms; 0 where none took 50 ms. */
  longestTask: (since) => Math.max(0, ...longTasks.filter(({ startTime }) => startTime >= since).map(({ duration }) => duration)),

  /** How many styles there are that put text after a piece of code: one a text that a decoration attaches. */
  attachedTexts() {
    const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
    return rules.filter(({ selectorText, style }) => /ced-.*::?after/.test(selectorText ?? '') && /^".+"$/s.test(style.content)).length;
  },

  /** The texts that decorations add before or after a piece of code, from top to bottom and left to right. */
  decorations() {
    const found = [];
    for (const element of document.querySelectorAll('.view-lines span[class*="ced-"]'))
      for (const side of ['::before', '::after']) {
        const content = getComputedStyle(element, side).content;
        if (!/^".*"$/s.test(content)) continue;
        const { top, left } = element.getBoundingClientRect();
        // A style sheet's string: quotes and backslashes are escaped in it.
        const text = content.slice(1, -1).replace(/\\(.)/gs, '$1').replace(/\u00a0/g, ' ').trim();
        if (text !== '') found.push({ text, top: Math.round(top), left });
      }
    return found.sort((a, b) => a.top - b.top || a.left - b.left).map(({ text }) => text);
  },

  /** The middle of the first place in an editor where `text` stands on one line, or null. */
  place(text) {
    for (const line of document.querySelectorAll('.editor-instance .view-line')) {
      const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
      const nodes = [];
      let whole = '';
      while (walker.nextNode()) {
        nodes.push({ node: walker.currentNode, start: whole.length });
        whole += walker.currentNode.data.replace(/\u00a0/g, ' ');
      }
      const at = whole.indexOf(text);
      if (at < 0) continue;
      const middle = at + Math.floor(text.length / 2);
      const { node, start } = nodes.findLast((entry) => entry.start <= middle);
      const range = document.createRange();
      range.setStart(node, middle - start);
      range.setEnd(node, Math.min(middle - start + 1, node.data.length));
      const { x, y, width, height } = range.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    }
    return null;
  },
};
