import { expect, test } from "vitest";
import type { ControlState, ProcessState, SessionState } from "./channel.ts";
import { reconnectionOf } from "./reconnection.ts";

const OLD = { fleet: "main", place: "render/oregon", image: "sha256:old", shards: 256 };
const NEW = { fleet: "main", place: "fly/gru", image: "sha256:new", shards: 256 };
const DEPLOYED = [{ name: "main", place: NEW.place, image: NEW.image }];

const processOf = (id: string, known: Omit<ProcessState, "id">): ProcessState => ({ id, ...known });

function open(process: string, gap: Partial<SessionState> = {}): SessionState {
  return { state: "open", since: 1, place: "", process, ...gap };
}

function state(
  processes: readonly ProcessState[],
  sessions: Readonly<Record<string, SessionState>>,
): ControlState {
  return { at: 1, processes, sessions };
}

const before = state([processOf("old", OLD)], {
  loja: open("old"),
  padaria: open("old"),
  away: { ...open("old"), state: "ended" },
});

test("after a hand-over the longest gap comes first, and who was not connected before does not count", () => {
  const now = state([processOf("new", NEW)], {
    loja: open("new", { gapMs: 230, gapFrom: "end" }),
    padaria: open("new", { gapMs: 900, gapFrom: "end" }),
    away: open("new", { gapMs: 99_000, gapFrom: "end" }),
  });
  expect(reconnectionOf(before, now, DEPLOYED)).toEqual({
    gaps: [
      { organization: "padaria", ms: 900 },
      { organization: "loja", ms: 230 },
    ],
    away: [],
    isUnderWay: false,
  });
});

test("a gap that is a bound is told as one, and one that is not known comes before all", () => {
  const now = state([processOf("new", NEW)], {
    loja: open("new", { gapMs: 14_000, gapFrom: "heartbeat" }),
    padaria: open("new", { gapFrom: "unknown" }),
  });
  expect(reconnectionOf(before, now, DEPLOYED).gaps).toEqual([
    { organization: "padaria" },
    { organization: "loja", ms: 14_000, atMost: true },
  ]);
});

test.each<[string, SessionState | undefined, readonly ProcessState[], string]>([
  ["has ended", { ...open("old"), state: "ended" }, [], "ended"],
  ["was logged out", { ...open("old"), state: "ended", reason: "logged-out" }, [], "ended: logged-out"],
  ["has an owner that was killed", open("old"), [], "its process is gone"],
  [
    "is still where it was",
    open("old"),
    [processOf("old", OLD)],
    "still over a process of fleet main at render/oregon",
  ],
  ["has no record", undefined, [], "nothing is known of it any more"],
])("a number that %s is away", (_, session, processes, why) => {
  const sessions = { padaria: open("new"), ...(session === undefined ? {} : { loja: session }) };
  const now = state([processOf("new", NEW), ...processes], sessions);
  expect(reconnectionOf(before, now, DEPLOYED).away).toEqual([{ organization: "loja", why }]);
});

test("where nothing was replaced, nobody is away and there is no gap", () => {
  const deployed = [{ name: "main", place: OLD.place, image: OLD.image }];
  expect(reconnectionOf(before, before, deployed)).toEqual({ gaps: [], away: [], isUnderWay: false });
});

test("a process that is as deployed may still be on its way out, while others of its fleet have come", () => {
  const deployed = [{ name: "main", place: OLD.place, image: OLD.image }];
  const both = state([processOf("old", OLD), processOf("next", OLD)], before.sessions);
  expect(reconnectionOf(before, both, deployed)).toEqual({ gaps: [], away: [], isUnderWay: true });
  const sessions = { loja: open("next", { gapMs: 5 }), padaria: open("next", { gapMs: 6 }) };
  const after = state([processOf("next", OLD)], sessions);
  expect(reconnectionOf(before, after, deployed)).toMatchObject({ away: [], isUnderWay: false });
});
