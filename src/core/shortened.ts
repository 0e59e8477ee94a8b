/** A text of at most `most` UTF-16 units, with a sign where it was cut. */
export function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
