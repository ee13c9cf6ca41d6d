const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** Ms before the next attempt after `failures` in a row: doubling, with jitter so that sessions do not redial as one. */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 16));
  return full * (0.5 + random() / 2);
}
