/**
 * Escapes a text so that Markdown shows it as it is: no link, image, HTML, code, heading, list or
 * emphasis can come of it. CommonMark lets every ASCII punctuation mark be escaped, and that breaks
 * bare web addresses apart too. The editor's own `appendText` makes every space a hard one, so its
 * lines never wrap; here spaces stay spaces and line breaks stay line breaks.
 */
export function escapeMarkdown(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.replace(/\s+/g, ' ').trim().replace(/[!-/:-@[-`{-~]/g, '\\$&'))
    .join('  \n')
    .replace(/( {2}\n){2,}/g, '\n\n');
}
