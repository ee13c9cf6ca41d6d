import { setTimeout as delay } from "node:timers/promises";
import { afterAll, describe, expect, test, vi } from "vitest";
import { LocalDeployment } from "../deployment.ts";
import type { Phone } from "../whatsapp/phone.ts";
import type { WorkerProcess } from "../worker-process.ts";
import { Crowd } from "./crowd.ts";
import { namingEach } from "./naming-each.ts";
import { table } from "./table.ts";
import { Talk } from "./talk.ts";

/** As in production: whoever is killed is missed for so long. */
const LEASE_SECONDS = 15;
/** What a plan leaves between the end of the drain and SIGKILL. */
const MARGIN_SECONDS = 5;
const CONTACTS = 6;
const PAUSE_MS = 800;
const QUICK_MS = 1_200;
/** All these processes share a machine with each other. */
const TIMEOUT_MS = 120_000;

interface Sequence {
  /** From SIGTERM to SIGKILL, as ECS counts it. */
  readonly stopTimeoutSeconds: number;
  /** How long the process itself takes at the most; what the plan would make of stopTimeout unless told. */
  readonly drainSeconds?: number;
  /** How long the AI takes for what it is asked when SIGTERM comes, in ms. */
  readonly thinkMs?: number;
  /** The process stands still: it hears no SIGTERM. */
  readonly frozen?: true;
  /** When the task that follows comes. */
  readonly next: "runs" | "starts with SIGTERM" | "starts after the end";
}

/** What came of it. */
interface Outcome {
  readonly ended: "by itself" | "by SIGKILL";
  readonly code: number | null;
  readonly seconds: number;
  /** Questions under way when SIGTERM came. */
  readonly underWay: number;
  /** Messages about which the AI was asked more than once. */
  readonly askedAgain: number;
  readonly messages: number;
  readonly lost: number;
  readonly seenTwice: number;
  readonly undecryptable: number;
  readonly nacks: number;
  readonly wireDuplicates: number;
  readonly longestReplySeconds: number;
  readonly connectionsAtOnce: number;
}

// Every process that is started is ended with this one.
process.setMaxListeners(100);

const CLEAN = { lost: 0, seenTwice: 0, undecryptable: 0, nacks: 0, connectionsAtOnce: 1 };
const rows: string[][] = [];

afterAll(() => {
  const heading = ["stopped", "stopTimeout s", "ended", "after s", "in", "answered", "lost", "seen twice"];
  console.info(`\n${table([...heading, "wire duplicates", "asked again", "longest reply s"], rows)}\n`);
});

describe.concurrent("a Fargate task is stopped in the middle of conversations", () => {
  // The longest ones first: a few of them run at once.
  test(
    "SIGTERM, answers take longer than 30 s allow: the next task is asked again, and says them",
    async () => {
      const outcome = await stop("SIGTERM, AI 27 s, the next task runs", {
        stopTimeoutSeconds: 30,
        thinkMs: 27_000,
        next: "runs",
      });
      expect(outcome).toMatchObject({ ...CLEAN, ended: "by itself", code: 0 });
      expect(outcome.askedAgain).toBeGreaterThan(0);
      expect(outcome.seconds).toBeGreaterThan(25 - 1);
      expect(outcome.seconds).toBeLessThan(30);
    },
    TIMEOUT_MS,
  );

  test(
    "SIGTERM, the same with 120 s: it waits for them, and nobody is asked again",
    async () => {
      const outcome = await stop("SIGTERM, AI 27 s, the next task runs", {
        stopTimeoutSeconds: 120,
        thinkMs: 27_000,
        next: "runs",
      });
      expect(outcome).toMatchObject({ ...CLEAN, ended: "by itself", code: 0, askedAgain: 0 });
      expect(outcome.underWay).toBeGreaterThan(0);
      expect(outcome.seconds).toBeLessThan(45);
    },
    TIMEOUT_MS,
  );

  test(
    "SIGKILL, because the AI hangs and the drain was made longer than stopTimeout: the next task answers",
    async () => {
      const outcome = await stop("SIGKILL, AI hangs, drain too long", {
        stopTimeoutSeconds: 5,
        drainSeconds: 60,
        thinkMs: 29_000,
        next: "runs",
      });
      expect(outcome).toMatchObject({ ...CLEAN, ended: "by SIGKILL", code: null });
      expect(outcome.askedAgain).toBeGreaterThan(0);
      // As long as its leases run, nobody may take its place.
      expect(outcome.longestReplySeconds).toBeLessThan(5 + LEASE_SECONDS * (1 + 1 / 3) + 15);
    },
    TIMEOUT_MS,
  );

  test(
    "SIGKILL, because the process stands still: the next task answers",
    async () => {
      const outcome = await stop("SIGKILL, process frozen", {
        stopTimeoutSeconds: 5,
        frozen: true,
        next: "runs",
      });
      expect(outcome).toMatchObject({ ...CLEAN, ended: "by SIGKILL", code: null });
    },
    TIMEOUT_MS,
  );

  test(
    "SIGTERM, answers come soon: it says them, and the next task has the rest",
    async () => {
      const outcome = await stop("SIGTERM, AI 1.2 s, the next task runs", {
        stopTimeoutSeconds: 30,
        next: "runs",
      });
      expect(outcome).toMatchObject({ ...CLEAN, ended: "by itself", code: 0, askedAgain: 0 });
      expect(outcome.underWay).toBeGreaterThan(0);
      expect(outcome.seconds).toBeLessThan(10);
    },
    TIMEOUT_MS,
  );

  test(
    "Spot takes a task back, and another one is there",
    async () => {
      const outcome = await stop("Spot: SIGTERM, another task runs", {
        stopTimeoutSeconds: 120,
        thinkMs: 4_000,
        next: "runs",
      });
      expect(outcome).toMatchObject({ ...CLEAN, ended: "by itself", code: 0, askedAgain: 0 });
      expect(outcome.seconds).toBeLessThan(15);
    },
    TIMEOUT_MS,
  );

  test.each(["starts with SIGTERM", "starts after the end"] as const)(
    "Spot takes the only task back, and the next one %s",
    async (next) => {
      const outcome = await stop(`Spot: SIGTERM, the next ${next}`, {
        stopTimeoutSeconds: 120,
        thinkMs: 4_000,
        next,
      });
      expect(outcome).toMatchObject({ ...CLEAN, ended: "by itself", code: 0, askedAgain: 0 });
      expect(outcome.seconds).toBeLessThan(15);
    },
    TIMEOUT_MS,
  );
});

/** Goes through one sequence with a number and six customers who talk before, meanwhile and after. */
async function stop(name: string, sequence: Sequence): Promise<Outcome> {
  const pace = { thinkMs: QUICK_MS };
  const asked = new Map<string, number>();
  let underWay = 0;
  const deployment = await LocalDeployment.start({
    answering: async (text, request) => {
      const answer = await namingEach(text, request);
      for (const message of answer.split(" ").slice(1)) asked.set(message, (asked.get(message) ?? 0) + 1);
      underWay++;
      await delay(pace.thinkMs);
      underWay--;
      return answer;
    },
    environment: {
      OXY_LEASE_SECONDS: `${LEASE_SECONDS}`,
      DRAIN_SECONDS: `${sequence.drainSeconds ?? sequence.stopTimeoutSeconds - MARGIN_SECONDS}`,
      // A holding message would be one more answer in the count.
      OXY_REPLY_OBJECTIVE_MS: "600000",
    },
  });
  try {
    const phone = await paired(deployment);
    const first = deployment.worker();
    await first.ready();
    if (sequence.next === "runs") await deployment.worker().ready();

    let messages = 0;
    const { whatsapp } = deployment;
    const contacts = Array.from({ length: CONTACTS }, () => whatsapp.contact());
    const talk = new Talk({ phone, phones: [phone], whatsapp }, contacts, () => `m${++messages}`);
    const crowd = new Crowd(talk, [phone], PAUSE_MS);
    crowd.start();
    await whatsapp.waitFor(() => crowd.replyMs.length >= CONTACTS);
    // What is asked from here on is under way when SIGTERM comes.
    const before = messages;
    pace.thinkMs = sequence.thinkMs ?? QUICK_MS;
    const isNew = (text: string): boolean => Number(text.slice(1)) > before;
    await vi.waitUntil(() => [...asked.keys()].filter(isNew).length >= CONTACTS / 2, { timeout: TIMEOUT_MS });
    const underWayThen = underWay;
    const end = stopAsEcsDoes(first, sequence);
    pace.thinkMs = QUICK_MS;
    if (sequence.next === "starts with SIGTERM") deployment.worker();
    const { code, signal, seconds } = await end;
    if (sequence.next === "starts after the end") deployment.worker();
    const answeredThen = crowd.replyMs.length;
    await whatsapp.waitFor(() => crowd.replyMs.length >= answeredThen + CONTACTS, TIMEOUT_MS);
    await crowd.stop(TIMEOUT_MS);
    expect(whatsapp.errors).toEqual([]);

    const outcome: Outcome = {
      ...talk.report(),
      ended: signal === "SIGKILL" ? "by SIGKILL" : "by itself",
      code,
      seconds,
      underWay: underWayThen,
      askedAgain: [...asked.values()].filter((times) => times > 1).length,
      longestReplySeconds: Math.max(...crowd.replyMs) / 1000,
      connectionsAtOnce: phone.maxConnections,
    };
    note(name, sequence, outcome);
    return outcome;
  } finally {
    await deployment.stop();
  }
}

/** Links a phone, by a process that hears of it with a quick heartbeat. */
async function paired(deployment: LocalDeployment): Promise<Phone> {
  const worker = deployment.worker({ OXY_LEASE_SECONDS: "1.5" });
  await worker.ready();
  await deployment.addOrganization("ana");
  const phone = await deployment.pair("ana");
  await worker.stop();
  return phone;
}

/** SIGTERM, and SIGKILL once stopTimeout is over. */
async function stopAsEcsDoes(worker: WorkerProcess, { stopTimeoutSeconds, frozen }: Sequence) {
  if (frozen) worker.signal("SIGSTOP");
  const began = performance.now();
  worker.signal("SIGTERM");
  const patience = setTimeout(() => worker.signal("SIGKILL"), stopTimeoutSeconds * 1000);
  const ended = await worker.exited;
  clearTimeout(patience);
  return { ...ended, seconds: (performance.now() - began) / 1000 };
}

function note(name: string, { stopTimeoutSeconds }: Sequence, outcome: Outcome): void {
  const { messages, lost, seenTwice, wireDuplicates, askedAgain } = outcome;
  rows.push([
    name,
    `${stopTimeoutSeconds}`,
    outcome.ended,
    outcome.seconds.toFixed(1),
    ...[messages, messages - lost, lost, seenTwice, wireDuplicates, askedAgain].map(String),
    outcome.longestReplySeconds.toFixed(1),
  ]);
}
