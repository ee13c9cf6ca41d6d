import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Presence } from "./presence.ts";

const ana = { organization: "acme", chat: "551@lid" };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function scene(settings: { typing?: boolean; readReceipts?: "never" | "on-arrival" | "on-answer" } = {}) {
  const shown: string[] = [];
  let open = true;
  let failing = false;
  const presence = new Presence({
    settings: (organization) =>
      organization === "acme" ? { typing: true, readReceipts: "on-answer", ...settings } : undefined,
    wire: () =>
      open
        ? {
            typing: async (chat, on) => {
              if (failing) throw new Error("the socket is gone");
              shown.push(`${chat} ${on ? "types" : "pauses"}`);
            },
            read: async (chat, messages) => {
              if (failing) throw new Error("the socket is gone");
              shown.push(`${chat} read ${messages.join(" ")}`);
            },
          }
        : undefined,
  });
  return { presence, shown, close: () => (open = false), fail: () => (failing = true) };
}

test("who thinks is seen to type until the answer is there, also when it takes long", () => {
  const { presence, shown } = scene();
  const over = presence.thinking(ana);
  vi.advanceTimersByTime(25_000);
  over();
  vi.advanceTimersByTime(60_000);
  expect(shown).toEqual(["551@lid types", "551@lid types", "551@lid types", "551@lid pauses"]);
});

test("nothing is shown that the organization does not want", () => {
  const { presence, shown } = scene({ typing: false, readReceipts: "never" });
  presence.thinking(ana)();
  presence.answered(ana, ["A"]);
  presence.thinking({ ...ana, organization: "unknown" })();
  presence.answered({ ...ana, organization: "unknown" }, ["A"]);
  expect(shown).toEqual([]);
});

test("what was answered is read, unless it was on arrival", () => {
  const answer = scene();
  answer.presence.answered(ana, ["A", "B"]);
  expect(answer.shown).toEqual(["551@lid read A B"]);
  const arrival = scene({ readReceipts: "on-arrival" });
  arrival.presence.answered(ana, ["A", "B"]);
  expect(arrival.shown).toEqual([]);
});

test("without a socket, or with one that fails, nothing happens", async () => {
  const { presence, shown, close, fail } = scene();
  fail();
  const over = presence.thinking(ana);
  presence.answered(ana, ["A"]);
  await vi.advanceTimersByTimeAsync(10_000);
  close();
  await vi.advanceTimersByTimeAsync(10_000);
  over();
  expect(shown).toEqual([]);
});
