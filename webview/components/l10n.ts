import { config, t } from '@vscode/l10n';
import { TEXTS_ELEMENT } from '../../src/protocol/view-texts.ts';

/*
 * The texts of a view in the editor's language. `t('Row {0} of {1}', row, rows)` gives the translation that the host put
 * into the page, and the English text where there is none. Whoever imports `t` from here has the texts from the start,
 * constants of modules included.
 */
// The unit tests load parts of views where there is no page.
const texts = typeof document === 'undefined' ? null : document.querySelector<HTMLMetaElement>(`meta[name="${TEXTS_ELEMENT}"]`);
if (texts !== null) config({ contents: texts.content });

export { t };
