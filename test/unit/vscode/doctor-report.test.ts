import assert from 'node:assert/strict';
import { attention, code, doctorReport, good, plain } from '../../../src/vscode/doctor/report.ts';

const WHEN = { date: '2026-03-04T05:06:07.000Z', home: '/home/mia' };

describe('the report of Doctor', () => {
  it('says first how much needs attention, then what was looked at', () => {
    const report = doctorReport([{ title: 'Models', findings: [good('r-prm'), attention('`x` is missing'), plain('a note')] }], WHEN);
    assert.equal(
      report,
      ['# Stepscope: Doctor', '', '2026-03-04 05:06 UTC. 1 thing needs attention. (✓ in order, **!** needs attention.)', '', '## Models', '', '- ✓ r-prm', '- **!** `x` is missing', '- a note', ''].join('\n'),
    );
    assert.match(doctorReport([], WHEN), /Nothing needs attention\./);
  });

  it('writes the home folder as ~, wherever it stands', () => {
    const report = doctorReport([{ title: 'Models', findings: [plain(`in ${code('/home/mia/models')} and ${code('file:///home/mia/x')}`)] }], WHEN);
    assert.ok(report.includes('`~/models`') && report.includes('`file://~/x`'));
    assert.ok(!report.includes('/home/mia'));
  });

  it('lets no name become markup', () => {
    assert.equal(code('a`b\n# c'), "`a'b # c`");
  });
});
