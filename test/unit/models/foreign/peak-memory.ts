import { readFileSync, writeFileSync } from 'node:fs';

/** Most memory (bytes) that a process has held since the last `forgetPeakMemory`; NaN where the system does not tell. */
export function peakMemory(pid: number | undefined): number {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return NaN;
  }
}

/** Returns what the process holds now. */
export function forgetPeakMemory(pid: number | undefined): number {
  try {
    writeFileSync(`/proc/${pid ?? 0}/clear_refs`, '5');
    return peakMemory(pid);
  } catch {
    return NaN;
  }
}
