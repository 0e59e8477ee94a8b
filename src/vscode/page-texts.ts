import { TEXTS_ELEMENT } from '../protocol/view-texts.ts';

/** A text as the value of an attribute in double quotes, or as the content of an element. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/**
 * The texts of the editor's language for a view, as an element of its page: data in an attribute and not a script, so the
 * page's policy stays as strict as it is. Empty in English, where the texts in the code are shown as they are.
 */
export function textsElement(bundle: Readonly<Record<string, string>> | undefined): string {
  return bundle === undefined ? '' : `<meta name="${TEXTS_ELEMENT}" content="${escapeHtml(JSON.stringify(bundle))}">\n`;
}
