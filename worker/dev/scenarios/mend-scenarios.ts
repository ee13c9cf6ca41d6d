import { setTimeout as delay } from "node:timers/promises";
import { shardOf } from "../../sessions/shards.ts";
import { atScript, carriesText, instants, movesContact, movesSession, type Instant } from "./instants.ts";
import { Trial, type TrialOptions } from "./trial.ts";
import type { Talk } from "./talk.ts";
import { element } from "../whatsapp/node.ts";

/** How often each thing happened that never should. */
export interface Violations {
  readonly lost: number;
  readonly seenTwice: number;
  readonly undecryptable: number;
  readonly nacks: number;
  /** Lines of the worker's output that hold key material. */
  readonly keysOnConsole: number;
  /** Writes that the store took from a process which had lost its lease. */
  readonly staleWrites: number;
  /** Parts that were written again although nothing had failed. */
  readonly writtenTwice: number;
}

/** What a worker does under one fault. */
export type Scenario = (worker: URL) => Promise<Violations>;

export const NONE: Violations = {
  lost: 0,
  seenTwice: 0,
  undecryptable: 0,
  nacks: 0,
  keysOnConsole: 0,
  staleWrites: 0,
  writtenTwice: 0,
};

const PATIENCE_MS = 12_000;
const KEY_MATERIAL = /privKey|rootKey|chainKey|ephemeralKeyPair/;
/** Longer than a stanza needs from the worker to the server, if nothing holds it. */
const HELD_MS = 500;

/** A first message; the process dies as soon as anything of it is stored. */
export const killedOnceStored: Scenario = (worker) =>
  withTrial({ worker }, async (trial, talk) => {
    const killed = killAt(trial, atScript("session step", "reply", movesContact));
    talk.write();
    await killed;
    await trial.next().ready();
    return await judged(trial, talk);
  });

/** The process dies while the ratchet step of an answer is on its way to the store. */
export const killedBeforeStepIsStored: Scenario = (worker) =>
  withTrial({ worker }, async (trial, talk) => {
    talk.write();
    await talk.answered();
    await trial.settled();
    const held = Promise.withResolvers<void>();
    const release = trial.redis.onCommand((command) => {
      const isStep = command.script === "session step" && command.at === "request";
      if (!isStep || carriesText(command) || !movesSession(command)) return undefined;
      held.resolve();
      // For good: the process is dead before it could be stored.
      return new Promise(() => {});
    });
    talk.write();
    await soon(held.promise, "the step");
    const written = killAt(trial, instants["stanza on the wire"]!);
    await Promise.race([written, delay(HELD_MS)]);
    await trial.worker.kill();
    release();
    await trial.next().ready();
    return await judged(trial, talk);
  });

/** Two contacts write under both of their addresses while they are answered, and the store takes its time. */
export const simultaneousTraffic: Scenario = (worker) =>
  withTrial({ worker, contacts: 2 }, async (trial, talk) => {
    trial.redis.latency = [0, 5];
    for (let count = 0; count < 25; count++) {
      for (const contact of talk.contacts) {
        talk.write(contact, trial.phone, { addressing: count % 2 === 0 ? "pn" : "lid" });
      }
      await delay(20);
    }
    return await judged(trial, talk);
  });

/** The worker begins a new session with a contact who goes on in the old one, under its other address. */
export const newSessionWhileWriting: Scenario = (worker) =>
  withTrial({ worker }, async (trial, talk) => {
    const { contact } = talk;
    talk.write(contact, trial.phone, { addressing: "pn" });
    await talk.answered();
    await trial.settled();
    const begun = seen(trial, "session step", movesContact);
    const notice = {
      from: contact.jid,
      id: "identity-1",
      type: "encrypt",
      t: `${Math.floor(Date.now() / 1000)}`,
    };
    trial.phone.deliver(element("notification", notice, [element("identity")]), contact.number);
    await begun;
    talk.write(contact, trial.phone, { addressing: "lid" });
    return await judged(trial, talk);
  });

/** The server never sees the first stanza with an answer. */
export const stanzaLost: Scenario = (worker) =>
  withTrial({ worker }, async (trial, talk) => {
    let dropped = false;
    trial.deployment.whatsapp.onStanza(({ direction, node }) => {
      if (dropped || direction !== "from-client" || node.tag !== "message") return undefined;
      dropped = true;
      return "drop";
    });
    talk.write();
    return await judged(trial, talk);
  });

/** The server has the answer; the process dies before the ack. */
export const killedBeforeAck: Scenario = (worker) =>
  withTrial({ worker }, async (trial, talk) => {
    const killed = killAt(trial, instants["stanza on the wire"]!);
    talk.write();
    await killed;
    await trial.next().ready();
    return await judged(trial, talk);
  });

/** A message comes again, newly encrypted, after it was answered. */
export const messageRepeated: Scenario = (worker) =>
  withTrial({ worker }, async (trial, talk) => {
    const { contact } = talk;
    const options = { id: "3EB0000000000000000001" };
    const text = talk.write(contact, trial.phone, options);
    await talk.answered();
    await trial.settled();
    talk.write(contact, trial.phone, options, text);
    return await judged(trial, talk);
  });

/** The store gives the shard to another process while this one's socket is open, and a message comes. */
export const anotherOwner: Scenario = (worker) =>
  withTrial({ worker, environment: { OXY_LEASE_SECONDS: "3" } }, async (trial, talk) => {
    talk.write();
    await talk.answered();
    await trial.settled();
    // Just after a beat, so that the next one does not tell the worker first.
    await seen(trial, "heartbeat");
    const leases = `{${trial.deployment.namespace}}:leases`;
    const shard = String(shardOf("ana"));
    const [, epoch = "0"] = ((await trial.store.hget(leases, shard)) ?? "").split(" ");
    const expiry = Date.now() + 1_000;
    await trial.store.hset(leases, shard, `another ${BigInt(epoch) + 1n} ${expiry}`);
    let staleWrites = 0;
    trial.redis.onCommand(({ script, at, failed, reply }) => {
      if (script !== "session step" || at !== "reply" || failed || reply === "refused") return;
      if (Date.now() < expiry) staleWrites++;
    });
    talk.write();
    return { ...(await judged(trial, talk)), staleWrites };
  });

/** The server is slow to ack, and the conversation is woken meanwhile. */
export const ackAwaited: Scenario = (worker) =>
  withTrial({ worker, environment: { OXY_ACK_TIMEOUT_MS: "60000" } }, async (trial, talk) => {
    const { contact } = talk;
    trial.phone.withholdAcks = true;
    talk.write();
    await contact.waitFor(() => contact.wire.length > 0);
    const asked = seen(trial, "conversation sent");
    talk.write();
    await asked;
    await delay(HELD_MS);
    trial.phone.releaseAcks();
    const violations = await judged(trial, talk);
    return { ...violations, writtenTwice: talk.report().wireDuplicates };
  });

type Play = (trial: Trial, talk: Talk) => Promise<Violations>;

async function withTrial(options: TrialOptions & { contacts?: number }, play: Play): Promise<Violations> {
  const trial = await Trial.start(options);
  try {
    return await play(trial, trial.talk(options.contacts));
  } finally {
    await trial.stop();
  }
}

async function judged(trial: Trial, talk: Talk): Promise<Violations> {
  await trial.settled(PATIENCE_MS);
  const { lost, seenTwice, undecryptable, nacks } = talk.report();
  const output = trial.deployment.workers.flatMap((process) => process.output.split("\n"));
  const keysOnConsole = output.filter((line) => KEY_MATERIAL.test(line)).length;
  return { ...NONE, lost, seenTwice, undecryptable, nacks, keysOnConsole };
}

/** Resolves when the process has died at this instant. */
async function killAt(trial: Trial, instant: Instant): Promise<void> {
  const { worker } = trial;
  const disarm = instant(trial, () => {
    worker.signal("SIGKILL");
    return true;
  });
  await soon(worker.exited, "the instant").finally(disarm);
}

/** Resolves with the next reply of this script that matches. */
async function seen(
  trial: Trial,
  script: string,
  matches: (command: Parameters<typeof movesContact>[0], trial: Trial) => boolean = () => true,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const forget = trial.redis.onCommand((command) => {
    if (command.script !== script || command.at !== "reply" || command.failed) return;
    if (matches(command, trial)) resolve();
  });
  await soon(promise, script).finally(forget);
}

async function soon(promise: Promise<unknown>, what: string): Promise<void> {
  const late = delay(PATIENCE_MS, undefined, { ref: false }).then(() => {
    throw new Error(`${what} never came`);
  });
  await Promise.race([promise, late]);
}
