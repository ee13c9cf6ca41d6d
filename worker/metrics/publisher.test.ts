import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { useRecord, type Deployment } from "../conversation/record-fixture.ts";
import type { Logger } from "../runtime/logging.ts";
import { MetricsPublisher, type PublisherOptions } from "./publisher.ts";
import type { MetricsSink } from "./sink.ts";
import type { Waiting } from "./waiting.ts";

const EVERY_MS = 300;
const deployment = useRecord();
const publishers: MetricsPublisher[] = [];

afterEach(() => {
  for (const publisher of publishers.splice(0)) publisher.stop();
});

const refused = (): Error => Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });

/** A publisher as one process of a fleet has it, and what came of it. */
class Publishing {
  readonly published: Waiting[] = [];
  readonly logged: { level: string; event: string; reason: unknown }[] = [];
  readonly calls = vi.fn<MetricsSink["publish"]>(async (waiting) => void this.published.push(waiting));
  readonly open = vi.fn<PublisherOptions["open"]>(async () => ({ publish: this.calls }));
  readonly publisher: MetricsPublisher;

  constructor(here: Deployment, options: Partial<PublisherOptions> = {}) {
    const at =
      (level: string): Logger["info"] =>
      (event, fields) =>
        void this.logged.push({ level, event, reason: fields?.["reason"] });
    const log = { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
    const { redis, keys } = here;
    const { open } = this;
    this.publisher = new MetricsPublisher({
      redis,
      keys,
      log,
      fleet: "blue",
      everyMs: EVERY_MS,
      open,
      ...options,
    });
    publishers.push(this.publisher);
    this.publisher.start();
  }

  /** Resolves once this was called so often. */
  async called(times: number): Promise<void> {
    await vi.waitUntil(() => this.calls.mock.calls.length >= times, { timeout: 10_000, interval: 5 });
  }
}

const intervalOf = ({ at }: Waiting): number => Math.floor(at / EVERY_MS);

describe("while nothing fails", () => {
  test("a figure for each interval from the start, none twice, zeros too", async () => {
    const { published, called, open } = publishing(deployment());
    await called(6);
    const intervals = published.map(intervalOf);
    expect(new Set(intervals).size).toBe(6);
    // A busy machine may sleep through one.
    expect(intervals.at(-1)! - intervals[0]!).toBeLessThanOrEqual(6);
    expect(published.every(({ conversations, oldestMs }) => conversations === 0 && oldestMs === 0)).toBe(
      true,
    );
    expect(open).toHaveBeenCalledOnce();
  });

  test("what waits is said, older each time, until it is answered", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    const { published, called } = publishing(chat.deployment);
    await called(3);
    await chat.commit(await chat.think(), "one");
    const answered = published.length;
    const ages = published.map(({ oldestMs }) => oldestMs);
    expect(ages).toEqual([...new Set(ages)].toSorted((a, b) => a - b));
    expect(published.every(({ conversations }) => conversations === 1)).toBe(true);
    await called(answered + 2);
    expect(published.at(-1)).toMatchObject({ conversations: 0, oldestMs: 0 });
  });

  test("of two processes one speaks in each interval; when it dies the other goes on with the next one", async () => {
    const here = deployment();
    const one = publishing(here);
    await one.called(1);
    const other = publishing(here);
    await one.called(4);
    const before = [...one.published, ...other.published].map(intervalOf);
    expect(new Set(before).size).toBe(before.length);
    one.publisher.stop();
    const last = Math.max(...[...one.published, ...other.published].map(intervalOf));
    await other.called(other.published.length + 2);
    const after = other.published.map(intervalOf).filter((interval) => interval > last);
    // Its own call may have been on its way when it was stopped: one interval may be without.
    expect(after[0]! - last).toBeLessThanOrEqual(2);
    expect(new Set(after).size).toBe(after.length);
  });

  test("nothing is said any more once it is stopped, and what is under way is given up at once", async () => {
    const here = deployment();
    const { promise: never } = Promise.withResolvers<void>();
    const stuck = publishing(here, (sink) => sink.mockImplementation(() => never));
    await stuck.called(1);
    stuck.publisher.stop();
    const [, signal] = stuck.calls.mock.calls[0]!;
    expect(signal.aborted).toBe(true);
    await delay(2 * EVERY_MS);
    expect(stuck.calls).toHaveBeenCalledOnce();
    expect(stuck.logged).toEqual([]);
  });
});

describe("a failure", () => {
  test("is told once per kind, and so is its end", async () => {
    const failures = [refused(), refused(), Object.assign(new Error("not yours"), { name: "AccessDenied" })];
    const { calls, logged, called } = publishing(deployment(), (sink) => {
      for (const failure of failures) sink.mockRejectedValueOnce(failure);
    });
    await called(5);
    await vi.waitUntil(() => logged.length === 3);
    expect(logged).toEqual([
      { level: "warn", event: expect.stringContaining("not published"), reason: "connect ECONNREFUSED" },
      { level: "warn", event: expect.stringContaining("not published"), reason: "not yours" },
      { level: "info", event: "metrics published again", reason: undefined },
    ]);
    calls.mockRejectedValueOnce(refused());
    await vi.waitUntil(() => logged.length === 5, { timeout: 5_000 });
    expect(logged.slice(3).map(({ level }) => level)).toEqual(["warn", "info"]);
  });

  test("without a message is told by its code", async () => {
    const { logged } = publishing(deployment(), (sink) => {
      sink.mockRejectedValueOnce(Object.assign(new AggregateError([]), { code: "ETIMEDOUT" }));
    });
    await vi.waitUntil(() => logged.length > 0);
    expect(logged[0]?.reason).toBe("ETIMEDOUT");
  });

  test("to load what publishes is tried again", async () => {
    const { logged, open, called } = publishing(deployment(), (_sink, opening) => {
      opening.mockRejectedValueOnce(new Error("no such module"));
    });
    await called(1);
    expect(open).toHaveBeenCalledTimes(2);
    expect(logged[0]).toMatchObject({ level: "warn", reason: "no such module" });
  });

  test("a call that hears no signal is left behind when the next one is due, never two of them at once", async () => {
    const { promise: never } = Promise.withResolvers<void>();
    let under = 0;
    const { logged, calls, called, published } = publishing(deployment(), (sink) => {
      for (let call = 0; call < 2; call++) {
        sink.mockImplementationOnce(async (_waiting, signal) => {
          under++;
          expect(under).toBe(1);
          signal.addEventListener("abort", () => under--);
          await never;
        });
      }
    });
    await called(3);
    await vi.waitUntil(() => published.length > 0);
    expect(logged[0]).toMatchObject({ level: "warn", reason: expect.stringMatching(/timeout/) });
    expect(calls.mock.calls.slice(0, 2).every(([, signal]) => signal.aborted)).toBe(true);
  });

  test("of the store is told and tried again as well", async () => {
    const here = deployment();
    const { redis } = here;
    let fails = 2;
    const evalsha = async (...args: Parameters<typeof redis.evalsha>): Promise<unknown> => {
      if (fails-- > 0) throw new Error("LOADING Redis is loading the dataset in memory");
      return await redis.evalsha(...args);
    };
    const evaluate = redis.eval.bind(redis);
    const away = { evalsha, eval: evaluate } as unknown as typeof redis;
    const one = new Publishing(here, { redis: away });
    await one.called(1);
    expect(one.logged[0]).toMatchObject({ level: "warn", reason: expect.stringContaining("LOADING") });
  });
});

/** @param prepare what the sink does at first */
function publishing(
  here: Deployment,
  prepare: (sink: Publishing["calls"], open: Publishing["open"]) => void = () => {},
) {
  const one = new Publishing(here);
  // Measuring takes a round trip to Redis, so nothing is called before this.
  prepare(one.calls, one.open);
  const called = (times: number): Promise<void> => one.called(times);
  const { published, logged, calls, open, publisher } = one;
  return { published, logged, calls, open, publisher, called };
}
