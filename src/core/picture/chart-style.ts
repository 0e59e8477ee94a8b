/**
 * The style of all charts, by custom properties alone: `--chart-ink`, `--chart-quiet`, `--chart-grid`, `--chart-1` to
 * `--chart-4` and `--chart-agree`. A page sets them; a view of the editor maps them to the theme's variables.
 */
export const CHART_STYLE = `
.chart { display: block; width: 100%; max-width: 40rem; height: auto; font: 12px system-ui, sans-serif; }
.chart-text { fill: var(--chart-ink); }
.chart-quiet { fill: var(--chart-quiet); }
.chart-grid { stroke: var(--chart-grid); stroke-width: 1; }
.chart-axis { stroke: var(--chart-quiet); stroke-width: 1; }
.chart-diagonal { stroke: var(--chart-quiet); stroke-width: 1; stroke-dasharray: 2 4; }
.chart-mark { stroke: var(--chart-ink); stroke-width: 1; stroke-dasharray: 6 3; }
.chart-line { stroke: var(--chart-colour); stroke-width: 2; }
.chart-interval { stroke: var(--chart-colour); stroke-width: 1.5; }
.chart-point { fill: var(--chart-colour); }
.chart-ring { fill: none; stroke: var(--chart-colour); stroke-width: 2; }
.chart-cloud .chart-point { fill-opacity: 0.7; }
.chart-series-0 { --chart-colour: var(--chart-1); }
.chart-series-1 { --chart-colour: var(--chart-2); }
.chart-series-1 .chart-line { stroke-dasharray: 7 3; }
.chart-series-2 { --chart-colour: var(--chart-3); }
.chart-series-2 .chart-line { stroke-dasharray: 2 3; }
.chart-series-3 { --chart-colour: var(--chart-4); }
.chart-series-3 .chart-line { stroke-dasharray: 8 3 2 3; }
.chart-bar-frame { stroke: var(--chart-ink); stroke-width: 1.5; }
.chart-fill { fill: var(--chart-2); }
.chart-agree .chart-fill { fill: var(--chart-agree); }
.chart-box { stroke: var(--chart-grid); stroke-width: 1; }
.chart-agree .chart-box { stroke: var(--chart-ink); stroke-width: 1.5; }
`;
