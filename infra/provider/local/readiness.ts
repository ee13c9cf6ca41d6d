import { setTimeout as delay } from "node:timers/promises";
import { inspectService } from "../../supervisor/inspect-service.ts";
import { ResourceFailed } from "../resource.ts";

const POLL_MS = 100;
/** One answer, in ms. */
const PATIENCE_MS = 2_000;

/**
 * Waits until a service answers `url` with 200.
 * @throws ResourceFailed with its last words when it ends before, or takes longer than `seconds`
 */
export async function untilReady(
  folder: string,
  url: string,
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  let last = "it does not answer";
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    const state = await inspectService(folder);
    const exit = state?.record.lastExit;
    if (exit) {
      const how = exit.signal === null ? `code ${exit.code}` : exit.signal;
      throw new ResourceFailed(`it ended with ${how} before it was ready: ${lastWords(exit.lastLines)}`);
    }
    last = await answerOf(url, signal);
    if (last === READY) return;
    await delay(POLL_MS, undefined, { signal });
  }
  throw new ResourceFailed(`it was not ready within ${seconds} s: ${url} said ${last}`);
}

const READY = "200";

async function answerOf(url: string, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    const body = await response.text();
    return response.status === 200 ? READY : `${response.status} ${body}`;
  } catch {
    return "nothing";
  }
}

/** What a process said before it ended, in one line. The configuration errors of a worker are several lines; its log lines are one each. */
export function lastWords(lines: readonly string[]): string {
  const text = lines.join(" ").replaceAll(/\s+/g, " ").trim();
  return text === "" ? "it printed nothing" : text.slice(-MOST_WORDS);
}

/** Characters of a failed start's output that are worth reading in an error. */
const MOST_WORDS = 600;
