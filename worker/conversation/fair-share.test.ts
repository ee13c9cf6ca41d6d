import fc from "fast-check";
import { expect, test } from "vitest";
import { FairShare } from "./fair-share.ts";
import type { Conversation } from "./types.ts";

const FAILS = "13@lid";

/** A share whose turns end when the test says so. */
function sharing({ places = 10, shared = true } = {}) {
  const failed: string[] = [];
  const running: { readonly conversation: Conversation; readonly end: () => void }[] = [];
  const share = new FairShare({
    places,
    shared: () => shared,
    run: async (conversation) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const entry = { conversation, end: resolve };
      running.push(entry);
      await promise;
      running.splice(running.indexOf(entry), 1);
      if (conversation.chat === FAILS) throw new Error("the store is gone");
    },
    failed: (conversation) => failed.push(conversation.chat),
  });
  const take = (organization: string, chat: number): void =>
    void share.take({ organization, chat: `${chat}@lid` });
  const names = (): string[] => running.map(({ conversation }) => conversation.organization);
  const count = (organization: string): number => names().filter((name) => name === organization).length;
  const end = async (index = 0): Promise<void> => {
    running[index]?.end();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { share, take, names, count, end, failed };
}

test("a flood of one organization leaves places to the others, who begin at once", () => {
  const { take, count, share } = sharing();
  for (let chat = 0; chat < 100; chat++) take("noisy", chat);
  expect(count("noisy")).toBe(8);
  expect(share.waiting).toBe(92);
  take("quiet", 1);
  expect(count("quiet")).toBe(1);
});

test("an organization that is alone has all places", () => {
  const { take, count } = sharing({ shared: false });
  for (let chat = 0; chat < 100; chat++) take("only", chat);
  expect(count("only")).toBe(10);
});

test("who has fewer under way is next, however many wait before it", async () => {
  const { take, count, end, share } = sharing({ places: 4 });
  for (let chat = 0; chat < 20; chat++) take("noisy", chat);
  for (let chat = 0; chat < 20; chat++) take("other", chat);
  for (let chat = 0; chat < 3; chat++) take("quiet", chat);
  expect([count("noisy"), count("other"), count("quiet")]).toEqual([3, 1, 0]);
  await end(0);
  expect([count("noisy"), count("other"), count("quiet")]).toEqual([2, 1, 1]);
  for (let turns = 0; turns < 60; turns++) await end();
  expect(share.waiting).toBe(0);
});

test("one that waits is not queued twice, and is one that waits", () => {
  const { share, take } = sharing({ places: 2 });
  take("noisy", 1);
  for (let times = 0; times < 5; times++) take("noisy", 2);
  expect(share.waiting).toBe(1);
  expect(share.waits({ organization: "noisy", chat: "2@lid" })).toBe(true);
  expect(share.waits({ organization: "noisy", chat: "1@lid" })).toBe(false);
});

test("a turn that fails after it waited is told, and its place is free again", async () => {
  const { take, end, failed, share } = sharing({ places: 1 });
  take("noisy", 1);
  take("noisy", 13);
  take("noisy", 2);
  await end();
  await end();
  expect(failed).toEqual([FAILS]);
  expect(share.waiting).toBe(0);
});

test("nothing begins once it is closed", async () => {
  const { share, take, names, end } = sharing({ places: 2 });
  for (let chat = 0; chat < 5; chat++) take("noisy", chat);
  share.close();
  await end();
  take("quiet", 1);
  expect(names()).toEqual([]);
});

test("whatever comes and ends in whatever order, all is done once, within the places, and nobody starves", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.array(
        fc.oneof(
          fc.record({ organization: fc.integer({ min: 0, max: 3 }), chat: fc.integer({ min: 0, max: 9 }) }),
          fc.record({ ends: fc.integer({ min: 0, max: 5 }) }),
        ),
        { maxLength: 60 },
      ),
      async (places, steps) => {
        const { share, take, names, count, end } = sharing({ places });
        for (const step of steps) {
          if ("ends" in step) await end(step.ends);
          else take(String(step.organization), step.chat);
          expect(names().length).toBeLessThanOrEqual(places);
          // A free place stands empty only for an organization that is not there.
          const idle = share.waiting > 0 && names().length < places;
          expect(idle && new Set(names()).size > 1).toBe(false);
          expect(names().filter((name) => count(name) >= Math.max(2, places))).toEqual([]);
        }
        while (names().length > 0) await end();
        expect(share.waiting).toBe(0);
      },
    ),
    { numRuns: 200 },
  );
});
