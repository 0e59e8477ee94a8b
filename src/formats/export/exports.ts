import type { ExportFormat } from './export-format.ts';
import { inspectScoresExport } from './inspect-scores.ts';
import { jsonlExport } from './jsonl.ts';
import { markdownReport } from './markdown-report.ts';
import { processBenchExport } from './process-bench.ts';
import { stepCsvExport } from './step-csv.ts';

export const EXPORT_FORMATS: readonly ExportFormat[] = [jsonlExport, markdownReport, processBenchExport, inspectScoresExport, stepCsvExport];
