import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What the system says about a process. */
export interface ProcessEntry {
  /** Ended, and only not yet taken note of by its parent. */
  readonly zombie: boolean;
  /** Differs between any two processes that ever had the same pid. */
  readonly startToken: string;
  readonly startedAt: Date;
}

/** The kernel tells user space hundredths of a second, whatever its own clock is. */
const TICKS_PER_SECOND = 100;
/** Where the fields are after the name of the command: proc(5) counts state as field 3. */
const STATE = 0;
const START_TIME = 19;

let bootId: string | undefined;

/** @returns undefined when there is no such process */
export function processEntry(pid: number): ProcessEntry | undefined {
  return process.platform === "linux" ? entryOfProc(pid) : entryOfPs(pid);
}

/** Linux: precise to 10 ms, and without starting a process. `startedAt` moves when the clock is set. */
function entryOfProc(pid: number): ProcessEntry | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name of the command stands in parentheses, and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = fields[START_TIME] ?? "";
  return {
    zombie: ["Z", "X", "x"].includes(fields[STATE] ?? ""),
    // Ticks count from the boot.
    startToken: `${bootIdOf()}:${ticks}`,
    startedAt: new Date(bootTimeMs() + (Number(ticks) * 1_000) / TICKS_PER_SECOND),
  };
}

/** Any Unix: precise to a second. */
export function entryOfPs(pid: number): ProcessEntry | undefined {
  let line: string;
  try {
    line = execFileSync("/bin/ps", ["-o", "state=,lstart=", "-p", `${pid}`], {
      // Two processes must get the same text, whatever their settings are.
      env: { LC_ALL: "C", TZ: "UTC" },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined;
  }
  const [state = "", ...words] = line.split(/\s+/);
  const started = words.join(" ");
  return { zombie: state.startsWith("Z"), startToken: started, startedAt: new Date(`${started} UTC`) };
}

function bootIdOf(): string {
  bootId ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return bootId;
}

function bootTimeMs(): number {
  const seconds = /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1];
  return Number(seconds) * 1_000;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    // ESRCH: it ended between opening and reading.
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}
