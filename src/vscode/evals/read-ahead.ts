/** Rows that are asked for beside the one that is waited for. */
const AHEAD = 32;

/**
 * Reads rows of a file, the next of `rows` (in their order) with each: an answer of the thread that reads takes longer on its
 * way than it takes to be made. May be asked for any row at any time; `read` must not reject.
 */
export function readAhead<Row>(rows: readonly number[], read: (row: number) => Promise<Row>): (row: number) => Promise<Row> {
  const asked = new Map<number, Promise<Row>>();
  let at = 0;
  return (row) => {
    const later = rows.indexOf(row, at);
    const place = later < 0 ? rows.indexOf(row) : later;
    if (place < 0) return read(row);
    const wanted = rows.slice(place, place + 1 + AHEAD);
    // What was passed over is not waited for any more.
    if (place !== at + 1) for (const known of asked.keys()) if (!wanted.includes(known)) asked.delete(known);
    at = place;
    for (const one of wanted) if (!asked.has(one)) asked.set(one, read(one));
    const answer = asked.get(row) ?? read(row);
    asked.delete(row);
    return answer;
  };
}
