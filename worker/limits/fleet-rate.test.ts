import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { useRecord, type Deployment } from "../conversation/record-fixture.ts";
import { FleetRate, type Kind } from "./fleet-rate.ts";

const deployment = useRecord();
const BATCH = 5;

function rateOf({ redis, keys }: Deployment, fleet = "main", perSecond = 10, burst = 20): FleetRate {
  return new FleetRate({ redis, keys, fleet, perSecond, burst });
}

/** Takes as many as there are at this moment: at least so many, and at most what flowed in meanwhile besides. */
async function empty(rate: FleetRate, kind: Kind, held: number): Promise<void> {
  const began = performance.now();
  let taken = 0;
  while ((await rate.take(kind)) === 0) taken++;
  const seconds = (performance.now() - began) / 1000;
  expect(taken).toBeGreaterThanOrEqual(held);
  expect(taken).toBeLessThanOrEqual(held + 10 * seconds + 1);
}

/** Commands that clients have sent, those inside scripts apart. */
async function commands({ redis }: Deployment): Promise<number> {
  const stats = await redis.info("commandstats");
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

test("after a pause a burst may go out, and then it says how long to wait for the next", async () => {
  const rate = rateOf(await deployment());
  await empty(rate, "reply", 20);
  const waitMs = await rate.take("reply");
  expect(waitMs).toBeGreaterThan(0);
  expect(waitMs).toBeLessThanOrEqual(100);
});

test("two processes of a fleet together keep to its rate", async () => {
  const one = await deployment();
  const rates = [rateOf(one), rateOf(one)];
  const began = performance.now();
  let [taken, last] = [0, began];
  const until = began + 1_500;
  await Promise.all(
    rates.map(async (rate) => {
      while (performance.now() < until) {
        const waitMs = await rate.take("reply");
        if (waitMs === 0) [taken, last] = [taken + 1, performance.now()];
        else await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }),
  );
  const seconds = (last - began) / 1000;
  expect(taken).toBeLessThanOrEqual(20 + 10 * seconds + 1);
  // And what there is, they use: but for the last that was waited for, and what a process holds.
  expect(taken).toBeGreaterThanOrEqual(20 + 10 * (seconds - 0.5) - 2 * BATCH);
});

test("another fleet has a rate of its own", async () => {
  const one = await deployment();
  await empty(rateOf(one), "reply", 20);
  expect(await rateOf(one, "canary").take("reply")).toBe(0);
});

test("bulk leaves half a bucket to replies", async () => {
  const rate = rateOf(await deployment());
  await empty(rate, "bulk", 10);
  await empty(rate, "reply", 10);
});

test("bulk takes only what replies leave", async () => {
  const rate = rateOf(await deployment());
  for (let replies = 0; replies < 15; replies++) expect(await rate.take("reply")).toBe(0);
  expect(await rate.take("bulk")).toBeGreaterThan(0);
});

test("far under the rate a message costs a fraction of a command, and over it none until there is room", async () => {
  const one = await deployment();
  const rate = rateOf(one);
  await rate.take("reply");
  const before = await commands(one);
  for (let replies = 0; replies < 2 * BATCH; replies++) await rate.take("reply");
  expect((await commands(one)) - before).toBe(2);
  while ((await rate.take("reply")) === 0);
  const refused = await commands(one);
  for (let asked = 0; asked < 50; asked++) await rate.take("reply");
  // 100 ms to the next token: asking again meanwhile asks nobody.
  expect((await commands(one)) - refused).toBeLessThanOrEqual(2);
});

test("what was bought and not used in ten seconds is no more", async () => {
  const one = await deployment();
  const rate = rateOf(one);
  await rate.take("reply");
  const before = await commands(one);
  vi.useFakeTimers({ toFake: ["performance"], now: 0 });
  try {
    vi.advanceTimersByTime(0);
    const held = rateOf(one, "other");
    await held.take("reply");
    vi.advanceTimersByTime(9_999);
    await held.take("reply");
    expect((await commands(one)) - before).toBe(1);
    vi.advanceTimersByTime(1);
    await held.take("reply");
    expect((await commands(one)) - before).toBe(2);
  } finally {
    vi.useRealTimers();
  }
});

test("many who come at once buy together", async () => {
  const one = await deployment();
  const rate = rateOf(one);
  const before = await commands(one);
  await rate.take("reply");
  const waits = await Promise.all(Array.from({ length: 14 }, () => rate.take("reply")));
  expect(waits.every((waitMs) => waitMs === 0)).toBe(true);
  expect((await commands(one)) - before).toBeLessThanOrEqual(4);
});

test("what was given back is the next one's", async () => {
  const rate = rateOf(await deployment(), "main", 1, 1);
  expect(await rate.take("reply")).toBe(0);
  expect(await rate.take("reply")).toBeGreaterThan(0);
  rate.giveBack();
  expect(await rate.take("reply")).toBe(0);
});

test("whatever the rate, the burst and who asks for what, what goes out at once is never more than the burst allows", async () => {
  const one = await deployment();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.constantFrom<Kind>("reply", "bulk"), { minLength: 1, maxLength: 60 }),
      async (perSecond, burst, processes, kinds) => {
        const fleet = `fleet${++run}`;
        const rates = Array.from({ length: processes }, () => rateOf(one, fleet, perSecond, burst));
        const began = performance.now();
        let taken = 0;
        for (const [index, kind] of kinds.entries())
          if ((await rates[index % processes]!.take(kind)) === 0) taken++;
        const seconds = (performance.now() - began) / 1000;
        // A ms more, which is how exact the store's clock is.
        expect(taken).toBeLessThanOrEqual(burst + perSecond * (seconds + 0.002) + 1);
      },
    ),
    { numRuns: 40 },
  );
});
