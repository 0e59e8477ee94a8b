import type { CandidateDetail } from '../../src/protocol/search-view.ts';
import { createButton } from '../components/button.ts';
import { factList } from '../components/facts.ts';
import { t } from '../components/l10n.ts';

export interface DetailView {
  readonly element: HTMLElement;
  update(detail: CandidateDetail | undefined): void;
}

/** The text of a candidate, its analyses, and what can be done with it. Model text goes in as text. */
export function createDetailView(onBranch: (detail: CandidateDetail) => void): DetailView {
  const element = document.createElement('section');
  element.className = 'detail';
  element.setAttribute('aria-label', t('Candidate'));
  const title = document.createElement('h2');
  const facts = factList();
  const text = document.createElement('pre');
  text.tabIndex = 0;
  text.setAttribute('aria-label', t('Text of the candidate'));
  const analyses = document.createElement('div');
  const why = document.createElement('p');
  why.className = 'quiet';
  let shown: CandidateDetail | undefined;
  const branch = createButton(t('Continue from Here'), () => {
    if (shown !== undefined) onBranch(shown);
  });
  branch.title = t('What if it had been chosen: searches on from this candidate, as a run of its own');
  element.append(title, facts.element, text, branch, why, analyses);

  return {
    element,
    update(detail) {
      shown = detail;
      title.textContent = detail?.title ?? t('No candidate is selected');
      facts.update(detail?.facts ?? []);
      text.textContent = detail?.text ?? '';
      text.hidden = detail === undefined;
      branch.hidden = detail === undefined || detail.noBranch !== undefined;
      why.textContent = detail === undefined ? t('Click a candidate, or go through them with the arrow keys.') : detail.noBranch === undefined ? '' : t('Not a place to continue from: {0}', detail.noBranch);
      analyses.replaceChildren(...(detail?.analyses ?? []).map(analysis));
    },
  };
}

function analysis({ title, text }: CandidateDetail['analyses'][number]): HTMLElement {
  const element = document.createElement('details');
  const summary = document.createElement('summary');
  summary.textContent = title;
  const body = document.createElement('pre');
  body.tabIndex = 0;
  body.textContent = text;
  element.append(summary, body);
  return element;
}
