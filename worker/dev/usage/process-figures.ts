import { readFile } from "node:fs/promises";

/** Of Linux on every architecture that Node has: `getconf CLK_TCK`. */
const TICKS_PER_SECOND = 100;
/** After the command's name, which may hold spaces, in `/proc/<pid>/stat`: utime and stime of proc(5). */
const UTIME = 11;
const STIME = 12;

/** What a process has used, by the kernel. */
export interface ProcessFigures {
  /** User and system. */
  readonly cpuMs: number;
  readonly memoryMb: number;
  /** The most that it ever had. */
  readonly peakMemoryMb: number;
}

/** @throws Error where there is no /proc, and for a process that is gone */
export async function processFigures(pid: number): Promise<ProcessFigures> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, "utf8"),
    readFile(`/proc/${pid}/status`, "utf8"),
  ]);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[UTIME]) + Number(fields[STIME]);
  const mb = (name: string): number =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1_024) / 1e6;
  return {
    cpuMs: (ticks * 1_000) / TICKS_PER_SECOND,
    memoryMb: mb("VmRSS"),
    peakMemoryMb: mb("VmHWM"),
  };
}
