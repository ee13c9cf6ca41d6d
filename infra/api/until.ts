import { setTimeout as delay } from "node:timers/promises";

const SHORTEST_MS = 150;
const LONGEST_MS = 3_000;
const GROWTH = 1.5;

/**
 * Asks again and again, ever more rarely, until there is an answer.
 * @returns undefined when there was none within that time
 */
export async function until<Answer>(
  seconds: number,
  signal: AbortSignal,
  ask: () => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  const deadline = performance.now() + seconds * 1_000;
  for (let pause = SHORTEST_MS; ; pause = Math.min(pause * GROWTH, LONGEST_MS)) {
    const answer = await ask();
    if (answer !== undefined || performance.now() >= deadline) return answer;
    await delay(pause, undefined, { signal });
  }
}
