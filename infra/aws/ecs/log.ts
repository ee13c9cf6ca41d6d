import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { Settings } from "../../api/api.ts";
import { clientSettings } from "../account/client-settings.ts";
import { answered } from "../account/failure.ts";

/** A line of a log. */
export interface LogLine {
  readonly id: string;
  readonly stream: string;
  /** When it was printed, in ms since 1970. */
  readonly at: number;
  readonly text: string;
}

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** How far back is looked for the last lines, step by step, in ms: CloudWatch reads a range from its beginning only. */
const STEPS_MS = [10 * MINUTE_MS, 60 * MINUTE_MS, 360 * MINUTE_MS, DAY_MS, 7 * DAY_MS] as const;
/** How late a line may come in after one that was printed at the same time, in ms; tasks hand theirs in on their own. */
const LATE_MS = 30_000;

/** A group of CloudWatch's logs. */
export class LogGroupReader {
  readonly #client: CloudWatchLogsClient;
  readonly #group: string;
  readonly #region: string;
  readonly #settings: Settings;
  readonly #signal: AbortSignal;
  /** Ids of the newest lines, with when they were printed: what is read again is not told again. */
  readonly #known = new Map<string, number>();
  #newest = 0;
  /** Everything since then was looked at once, in ms since 1970. */
  #began = Date.now() - STEPS_MS[0];

  constructor(
    group: string,
    { region, settings, signal }: { region: string; settings: Settings; signal: AbortSignal },
  ) {
    this.#client = new CloudWatchLogsClient(clientSettings(region));
    this.#group = group;
    this.#region = region;
    this.#settings = settings;
    this.#signal = signal;
  }

  /**
   * The last lines of streams whose names begin so, at the most a week old.
   * @throws ApiFailed, the signal's reason
   */
  async last(lines: number, prefix: string): Promise<readonly LogLine[]> {
    const now = Date.now();
    this.#began = now - STEPS_MS[0];
    const found: LogLine[] = [];
    let after: number | undefined;
    for (const step of STEPS_MS) {
      const from = now - step;
      const kept: LogLine[] = [];
      for await (const line of this.#between(from, after, prefix)) {
        kept.push(line);
        if (kept.length > 2 * lines) kept.splice(0, kept.length - lines);
      }
      this.#forget();
      found.unshift(...kept);
      if (found.length >= lines) break;
      after = from - 1;
    }
    return lines === 0 ? [] : found.slice(-lines);
  }

  /** What came since it was looked before, in the order in which it was printed. @throws ApiFailed, the signal's reason */
  async next(): Promise<readonly LogLine[]> {
    const lines: LogLine[] = [];
    for await (const line of this.#between(Math.max(this.#began, this.#newest - LATE_MS))) lines.push(line);
    this.#forget();
    return lines.toSorted((one, other) => one.at - other.at);
  }

  close(): void {
    this.#client.destroy();
  }

  /** Lines that are not known yet. Pages may be empty, and not be the last. */
  async *#between(startTime: number, endTime?: number, prefix?: string): AsyncIterable<LogLine> {
    let nextToken: string | undefined;
    do {
      const command = new FilterLogEventsCommand({
        logGroupName: this.#group,
        logStreamNamePrefix: prefix,
        startTime,
        endTime,
        nextToken,
      });
      this.#signal.throwIfAborted();
      const call = this.#client.send(command, { abortSignal: this.#signal });
      const asked = { doing: `read log ${this.#group}`, region: this.#region };
      const page = await answered(call, asked, this.#settings).catch((error: Error) => {
        this.#signal.throwIfAborted();
        throw error;
      });
      for (const { eventId = "", logStreamName = "", timestamp = 0, message = "" } of page.events ?? []) {
        if (this.#known.has(eventId)) continue;
        this.#known.set(eventId, timestamp);
        this.#newest = Math.max(this.#newest, timestamp);
        yield { id: eventId, stream: logStreamName, at: timestamp, text: message.replace(/\r?\n$/, "") };
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }

  #forget(): void {
    for (const [id, at] of this.#known) if (at < this.#newest - LATE_MS) this.#known.delete(id);
  }
}
