import { protectedBlocks } from './blocks.ts';
import { forEachLine } from './lines.ts';
import { markersOf, RANKS, type Marker } from './list-marker.ts';
import { segmenter, stepsAt } from './segmenter.ts';
import { isHeading, isLeadIn, isRule } from './step-marker.ts';

/**
 * Lines that begin `Step 3:`, `**Step 3**`, `### Step 3`, `第三步：`, `Étape 3`, `3.`, `3)`, `(c)`, `- ` and the
 * like start a step; every other line, blank or not, belongs to the step before it. Text before the
 * first marker is its own step, and so is text after a bulleted list: there a blank line and no indent
 * end the list.
 *
 * The first number is the one that opens the text, or else the first 0 or 1; after it only the next
 * number in the same style and not further indented counts, so inner lists stay whole. A style that
 * says more takes over where it begins: `Step 1` after bullets, bullets never after `Step 1`.
 */
export const numbered = segmenter((text) => stepsAt(text, numberedStarts(text).map(({ cut }) => cut)));

/** Where a numbered step begins. */
export interface NumberedStart {
  /** Offset of the marker, or of the text after a list. */
  readonly start: number;
  /** Where the step begins: at the headings and rules right above the marker, where there are any. */
  readonly cut: number;
  /** The marker has a number, a Roman one or a letter excepted: it counts its steps for `auto`. */
  readonly counts: boolean;
}

/** What the last marker says of the next. */
interface Place {
  readonly marker: Marker;
  readonly indent: number;
}

/** The starts of a text, in order. Markers inside code, formulas and tables do not count. */
export function numberedStarts(text: string): NumberedStart[] {
  const blocks = protectedBlocks(text);
  const starts: NumberedStart[] = [];
  let block = 0;
  let place: Place | undefined;
  let seenContent = false;
  let afterBlank = false;
  let leadIn: number | undefined;
  forEachLine(text, (start, end, lineStart) => {
    if (start === end) {
      afterBlank = true;
      return;
    }
    while ((blocks[block]?.end ?? Infinity) <= start) block++;
    const inside = (blocks[block]?.start ?? Infinity) < start;
    const line = text.slice(start, end);
    const indent = start - lineStart;
    const readings = inside || isRule(line) ? [] : markersOf(line);
    const opening = (): Marker | undefined => readings.find((reading) => opensStep(reading, indent, place, seenContent));
    let marker = opening();
    const ends = marker === undefined && !inside && endsList(place, line, indent, afterBlank);
    if (ends) {
      // What comes after a list begins as a text does.
      place = undefined;
      seenContent = false;
      leadIn = undefined;
      marker = opening();
    }
    if (marker || ends) starts.push({ start, cut: leadIn ?? start, counts: (marker?.rank ?? 0) >= RANKS.list });
    if (marker) place = { marker, indent };
    // A number out of order leads nothing in: cut out as a title, it would open its step with another count.
    if (!marker && !inside && readings.length === 0 && isLeadIn(line)) leadIn ??= start;
    else leadIn = undefined;
    seenContent ||= leadIn === undefined;
    afterBlank = false;
  });
  return starts;
}

function opensStep(marker: Marker, indent: number, place: Place | undefined, seenContent: boolean): boolean {
  const first = marker.number === undefined || marker.number <= 1;
  if (place === undefined) return first || !seenContent;
  // One column more is no deeper list.
  if (indent > place.indent + 1) return false;
  if (marker.style !== place.marker.style) return marker.rank > place.marker.rank && first;
  return marker.number === undefined || marker.number === (place.marker.number ?? 0) + 1;
}

/** CommonMark's end of a bulleted list: a blank line and then text without its indent, or a heading. */
function endsList(place: Place | undefined, line: string, indent: number, afterBlank: boolean): boolean {
  if (place?.marker.number !== undefined || place === undefined) return false;
  return indent <= place.indent + 1 && (afterBlank || isHeading(line));
}
