/** Upper ends of the classes in which replies are counted, in s; of the histogram of the metrics, too. */
export const REPLY_BOUNDS: readonly number[] = [0.5, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60, 120, 300];
const WINDOW_MINUTES = 5;
const MINUTE_MS = 60_000;

/** How many replies took up to each of {@link REPLY_BOUNDS}, and longer than all of them. */
export type ReplyCounts = readonly number[];

/** The replies of the last five minutes. */
export class ReplyWindow {
  readonly #clock: () => number;
  /** Minute → counts. */
  readonly #minutes = new Map<number, number[]>();

  /** @param clock monotonic, in ms */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  add(seconds: number): void {
    const minute = this.#forget();
    const counts = this.#minutes.get(minute) ?? noReplies();
    const found = REPLY_BOUNDS.findIndex((bound) => seconds <= bound);
    const place = found === -1 ? REPLY_BOUNDS.length : found;
    counts[place] = (counts[place] ?? 0) + 1;
    this.#minutes.set(minute, counts);
  }

  get counts(): ReplyCounts {
    this.#forget();
    return sumOf([...this.#minutes.values()]);
  }

  #forget(): number {
    const minute = Math.floor(this.#clock() / MINUTE_MS);
    for (const old of this.#minutes.keys()) if (old <= minute - WINDOW_MINUTES) this.#minutes.delete(old);
    return minute;
  }
}

export function sumOf(all: readonly ReplyCounts[]): number[] {
  return noReplies().map((_, place) => all.reduce((sum, counts) => sum + (counts[place] ?? 0), 0));
}

/**
 * So many s or less did this part of the replies take, evenly spread within a class, as Prometheus has it. Undefined of
 * no reply, and infinite past the last class.
 * @param part from 0 to 1
 */
export function quantileOf(counts: ReplyCounts, part: number): number | undefined {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return undefined;
  let reached = 0;
  for (const [place, count] of counts.entries()) {
    const missing = part * all - reached;
    reached += count;
    if (reached < part * all) continue;
    const [from, to] = [REPLY_BOUNDS[place - 1] ?? 0, REPLY_BOUNDS[place] ?? Infinity];
    return to === Infinity ? to : from + (to - from) * (missing / count);
  }
  return Infinity;
}

export function noReplies(): number[] {
  return Array.from({ length: REPLY_BOUNDS.length + 1 }, () => 0);
}
