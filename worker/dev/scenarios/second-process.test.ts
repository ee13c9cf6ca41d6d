import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Answering } from "../ai.ts";
import type { LocalDeployment } from "../deployment.ts";
import type { Contact } from "../whatsapp/contact.ts";
import type { Phone } from "../whatsapp/phone.ts";
import type { WorkerProcess } from "../worker-process.ts";
import { useDeployments } from "./scenario-fixture.ts";

const LEASE_MS = 1_500;
/** The lease runs out, the other one notices with its next beat, reads the session and logs in. */
const TAKEN_OVER_MS = LEASE_MS * (1 + 1 / 3) + 2_000;
const LONG_LEASE_MS = 60_000;
const SEPARATOR = " + ";

const deploy = useDeployments();

/** Answers with every message since the last answer, so that what was lost or answered twice can be seen. */
const echoAll =
  (thinkMs: number): Answering =>
  async (_text, { messages }) => {
    await delay(thinkMs);
    const answered = messages.findLastIndex(({ role }) => role !== "user");
    return messages
      .slice(answered + 1)
      .map(({ content }) => (typeof content === "string" ? content : ""))
      .join(SEPARATOR);
  };

interface Scene {
  readonly deployment: LocalDeployment;
  readonly first: WorkerProcess;
  readonly second: WorkerProcess;
  readonly phone: Phone;
  readonly talk: Talk;
}

/** A linked organization, and a second process that waits. */
async function scene(thinkMs: number, secondLeaseMs = LEASE_MS): Promise<Scene> {
  const environment = { OXY_LEASE_SECONDS: `${LEASE_MS / 1000}` };
  const deployment = await deploy({ answering: echoAll(thinkMs), environment });
  const first = deployment.worker();
  await first.ready();
  // One of the same place would share the numbers.
  const second = deployment.worker({
    OXY_PLACE: "local/elsewhere",
    OXY_LEASE_SECONDS: `${secondLeaseMs / 1000}`,
  });
  await deployment.addOrganization("ana");
  const phone = await deployment.pair("ana");
  await second.ready();
  expect(acquisitions(second)).toBe(0);
  return { deployment, first, second, phone, talk: new Talk(deployment, phone) };
}

/** Customers who write, and what they should read in the end. */
class Talk {
  readonly #customers: Contact[];
  readonly #written = new Map<Contact, string[]>();
  readonly #phone: Phone;

  constructor(deployment: LocalDeployment, phone: Phone) {
    this.#phone = phone;
    this.#customers = [1, 2, 3].map(() => deployment.whatsapp.contact());
    for (const customer of this.#customers) this.#written.set(customer, []);
  }

  /** Every customer writes one message. */
  write(text: string): void {
    for (const customer of this.#customers) {
      customer.write(this.#phone, text);
      this.#written.get(customer)!.push(text);
    }
  }

  /** Resolves when every message is answered, once and in order. */
  async answered(): Promise<void> {
    for (const [customer, written] of this.#written) {
      const read = (): string[] => customer.displayed.flatMap(({ text }) => text.split(SEPARATOR));
      await customer.waitFor(() => read().length >= written.length);
      expect(read()).toEqual(written);
      expect(customer.undecryptable).toEqual([]);
    }
    await this.#phone.waitFor(() => this.#phone.pending === 0);
    expect(this.#phone.nacks).toEqual([]);
  }

  /** Parts that reached a phone more than once; nobody saw them twice. */
  get wireDuplicates(): number {
    return this.#customers.reduce((sum, { wire }) => sum + wire.length - new Set(wire).size, 0);
  }
}

/** Resolves with the ms from the end of the number's socket to the next login; call it before the socket ends. */
async function gapOf(phone: Phone): Promise<number> {
  const logins = phone.totalConnections;
  await phone.waitFor(() => phone.connections === 0);
  const ended = performance.now();
  await phone.waitFor(() => phone.totalConnections > logins);
  return performance.now() - ended;
}

function acquisitions(worker: WorkerProcess): number {
  return worker.logged.filter(({ message }) => message === "shards acquired").length;
}

function refusedWrites(worker: WorkerProcess): number {
  return worker.logged.filter((line) => line.message === "write refused" || line["reason"] === "store")
    .length;
}

function report(figures: Readonly<Record<string, number>>): void {
  const shown = Object.entries(figures).map(([name, figure]) => `${name} ${Math.round(figure)}`);
  console.info(`${expect.getState().currentTestName}: ${shown.join(", ")}`);
}

test("a process that is told to stop hands its numbers over: no two sockets, nothing lost, nothing twice", async () => {
  const { first, second, phone, talk } = await scene(200, LONG_LEASE_MS);
  talk.write("answered before");
  await talk.answered();
  talk.write("thought while it stops");
  await phone.waitFor(() => phone.pending === 0);
  const gap = gapOf(phone);
  const stopped = first.stop();
  talk.write("written while it stops");
  await phone.waitFor(() => phone.connections === 0);
  talk.write("written while nobody is there");
  const gapMs = await gap;
  talk.write("written to the next one");
  await talk.answered();
  expect(await stopped).toBe(0);
  // It is told: with its next beat it would come up to 20 s later.
  expect(gapMs).toBeLessThan(2_000);
  expect(phone.maxConnections).toBe(1);
  expect(phone.conflicts).toBe(0);
  expect(acquisitions(second)).toBe(1);
  expect(refusedWrites(first) + refusedWrites(second)).toBe(0);
  report({ "gap ms": gapMs, "wire duplicates": talk.wireDuplicates });
});

test("a process that is killed is replaced when its lease runs out", async () => {
  const { first, second, phone, talk } = await scene(200);
  talk.write("answered before");
  await talk.answered();
  talk.write("in the middle of it");
  await phone.waitFor(() => phone.pending === 0);
  const gap = gapOf(phone);
  await first.kill();
  talk.write("written while nobody is there");
  const gapMs = await gap;
  talk.write("written to the next one");
  await talk.answered();
  expect(gapMs).toBeLessThan(TAKEN_OVER_MS);
  expect(phone.maxConnections).toBe(1);
  expect(acquisitions(second)).toBe(1);
  report({ "gap ms": gapMs, "wire duplicates": talk.wireDuplicates });
});

test("a process that freezes past its lease is refused when it wakes, waits its turn, and can serve again", async () => {
  const { deployment, first, second, phone, talk } = await scene(800);
  talk.write("answered before");
  await talk.answered();
  const asked = deployment.ai.requests;
  talk.write("thought by the one that freezes");
  await expect.poll(() => deployment.ai.requests, { interval: 5 }).toBe(asked + 3);
  first.signal("SIGSTOP");
  const frozenAt = performance.now();
  talk.write("written to a frozen one");
  await second.logs(({ message }) => message === "whatsapp open");
  const takenOverMs = performance.now() - frozenAt;
  talk.write("written to the next one");
  await talk.answered();

  first.signal("SIGCONT");
  await first.logs(({ message }) => message === "shards lost");
  await phone.waitFor(() => phone.connections === 1);
  talk.write("written after it woke");
  await talk.answered();
  // The answers that it was waiting for arrived after its lease.
  await first.logs(({ message }) => message === "write refused");
  expect(refusedWrites(second)).toBe(0);
  expect(takenOverMs).toBeLessThan(TAKEN_OVER_MS);
  // Its socket can only be replaced by WhatsApp, and is gone once it wakes.
  expect(phone.maxConnections).toBe(2);
  expect(phone.conflicts).toBe(1);
  expect(first.running).toBe(true);
  expect(acquisitions(first)).toBe(1);

  const gap = gapOf(phone);
  expect(await second.stop()).toBe(0);
  const gapMs = await gap;
  talk.write("written to the first one again");
  await talk.answered();
  expect(acquisitions(first)).toBe(2);
  expect(phone.conflicts).toBe(1);
  report({
    "taken over after ms": takenOverMs,
    "refused writes": refusedWrites(first),
    "sockets at once": phone.maxConnections,
    "wire duplicates": talk.wireDuplicates,
    "gap back ms": gapMs,
  });
});
