/** One rendering may take this long (ms); real templates take about one. */
export const RENDER_MS = 3000;

/** Memory of the process that renders (MB). */
export const RENDER_MB = 256;
