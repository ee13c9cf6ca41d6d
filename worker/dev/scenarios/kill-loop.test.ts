import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { instants, type Instant } from "./instants.ts";
import { table } from "./table.ts";
import type { Talk } from "./talk.ts";
import { Trial } from "./trial.ts";

/** More of them make a soak: KILL_ROUNDS=50. */
const ROUNDS = Number(process.env["KILL_ROUNDS"] ?? 2);
const RANDOM_KILLS = ROUNDS * 3;
const ROUND_MS = 30_000;
const CLEAN = { lost: 0, seenTwice: 0, undecryptable: 0, nacks: 0 };

let trial: Trial;
const rows: string[][] = [];

beforeAll(async () => {
  trial = await Trial.start({ organizations: ["ana", "bia"] });
});

afterAll(async () => {
  await trial?.stop();
  const heading = ["killed at", "kills", "messages", "answered", "lost", "seen twice", "undecryptable"];
  process.stdout.write(`\n${table([...heading, "wire duplicates", "median s to answer"], rows)}\n`);
});

test.each(Object.entries(instants))(
  "killed at '%s', every message is answered once",
  async (name, instant) => {
    const talk = trial.talk(2);
    const kills: number[] = [];
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const killed = killAt(instant, round % 2);
        writeToAll(talk, round);
        kills.push(await killed);
        await trial.next().ready();
        await talk.answered(ROUND_MS);
        expect(await trial.settled(ROUND_MS)).toBe(true);
      }
    } finally {
      note(name, kills, talk);
    }
    judge(talk);
  },
  ROUNDS * ROUND_MS,
);

test(
  "killed at random under traffic in both directions, every message is answered once",
  async () => {
    const talk = trial.talk(2);
    const kills: number[] = [];
    try {
      for (let kill = 0; kill < RANDOM_KILLS; kill++) {
        const stop = performance.now() + 200 + Math.random() * 2_500;
        for (let count = 0; performance.now() < stop; count++) {
          writeToAll(talk, count);
          await delay(40 + Math.random() * 80);
        }
        kills.push(Date.now());
        await trial.worker.kill();
        trial.next();
      }
      await talk.answered(ROUND_MS * 2);
      expect(await trial.settled(ROUND_MS)).toBe(true);
    } finally {
      note("at random", kills, talk);
    }
    judge(talk);
  },
  RANDOM_KILLS * ROUND_MS,
);

/** Resolves with the time, in ms since the epoch, when the process is dead. */
async function killAt(instant: Instant, skip: number): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const { worker } = trial;
  let left = skip;
  let dead = false;
  const disarm = instant(trial, () => {
    if (!dead && left-- > 0) return false;
    if (!dead) {
      worker.signal("SIGKILL");
      resolve(Date.now());
    }
    dead = true;
    return true;
  });
  const never = delay(ROUND_MS, undefined, { ref: false }).then(() => {
    throw new Error(`the instant never came\n${worker.output}`);
  });
  try {
    const killedAt = await Promise.race([promise, never]);
    await worker.exited;
    return killedAt;
  } finally {
    disarm();
  }
}

/** Both contacts to the first organization, one of them to the second too, under either of their addresses. */
function writeToAll(talk: Talk, round: number): void {
  const [ana, bia] = trial.phones;
  const [first, second] = talk.contacts;
  talk.write(first, ana, { addressing: round % 3 === 2 ? "lid" : "pn" });
  talk.write(second, ana, { addressing: "lid" });
  talk.write(first, bia);
}

function note(name: string, kills: readonly number[], talk: Talk): void {
  const { messages, lost, seenTwice, undecryptable, nacks, wireDuplicates } = talk.report();
  const waits = kills.flatMap((killedAt) => talk.answeredAfter(killedAt)).toSorted((a, b) => a - b);
  const median = waits[Math.floor(waits.length / 2)];
  const counts = [
    kills.length,
    messages,
    messages - lost,
    lost,
    seenTwice,
    undecryptable + nacks,
    wireDuplicates,
  ];
  rows.push([name, ...counts.map(String), median === undefined ? "-" : (median / 1000).toFixed(1)]);
}

function judge(talk: Talk): void {
  expect(talk.report()).toMatchObject(CLEAN);
  for (const phone of trial.phones) expect(phone.maxConnections).toBe(1);
}
