import './facts.css';
import type { Fact } from '../../src/protocol/search-view.ts';

/** Names and values as a list of definitions. */
export function factList(): { readonly element: HTMLElement; update(facts: readonly Fact[]): void } {
  const element = document.createElement('dl');
  return {
    element,
    update(facts) {
      element.replaceChildren(
        ...facts.map(({ name, value }) => {
          const pair = document.createElement('div');
          const term = document.createElement('dt');
          const detail = document.createElement('dd');
          term.textContent = name;
          detail.textContent = value;
          pair.append(term, detail);
          return pair;
        }),
      );
    },
  };
}
