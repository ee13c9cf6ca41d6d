import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ENTRY, keep } from "../worker/image/bundle-store.ts";
import { compile } from "../worker/image/compile.ts";
import type { Contact } from "../worker/dev/whatsapp/contact.ts";
import { catalogueEntries } from "../worker/dev/usage/catalogue-entries.ts";
import { asFacts, type Fact, type Measurement } from "../worker/dev/usage/facts.ts";
import { PlainBullMq, VERSIONS } from "../worker/dev/usage/plain-bullmq.ts";
import { Station } from "../worker/dev/usage/station.ts";

/**
 * What a worker uses at rest and for each message: commands of Redis, those inside scripts apart, bytes, CPU and
 * memory; and what BullMQ uses as it comes. `npm run bench -- usage --seconds 310 --yaml` for the catalogue: with 310 the one command in
 * five minutes with which an idle worker blocks is in it; the default of 60 leaves it out.
 */
const { values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "60" },
    messages: { type: "string", default: "100" },
    json: { type: "boolean", default: false },
    yaml: { type: "boolean", default: false },
  },
});
const seconds = Number(values.seconds);
const messages = Number(values.messages);
if (!(seconds >= 10 && messages >= 10)) throw new Error("expected at least 10 seconds and 10 messages");

/** Of the analysis's example in size: what a customer asks, and what an AI of 200 tokens says. */
const QUESTION = "Olá! Vocês ainda têm a camiseta azul no tamanho M? Queria saber o preço e o prazo.";
const ANSWER = "Temos sim! A camiseta azul no tamanho M está disponível e custa R$ 59,90. ".repeat(11).trim();
/** Conversations that take turns when messages come one at a time. */
const CONVERSATIONS = 5;
const ANSWERED_WITHIN_MS = 60_000;
/** Two beats of the longest lease, and what the first seconds of a process take. */
const WARM_UP_MS = 12_000;

// Each process and server that is started ends with this one.
process.setMaxListeners(0);
const folder = await mkdtemp(join(tmpdir(), "bench-"));
const ends: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
const took = performance.now();
try {
  const { directory } = await keep((await compile()).files, join(folder, "bundles"));
  const station = async (name: string, sessions: number, environment = {}): Promise<Station> => {
    say(`${name}: the worker and ${sessions} numbers`);
    const started = await Station.start({
      sessions,
      answer: ANSWER,
      environment,
      main: join(directory, ENTRY),
    });
    ends.push(() => started.stop());
    return started;
  };
  const stations = {
    none: await station("standard", 0),
    one: await station("standard", 1),
    ten: await station("standard", 10),
    economy: await station("economy", 1, { OXY_PROFILE: "economy" }),
    fast: await station("fast-failover", 1, { OXY_PROFILE: "fast-failover" }),
  };
  const plain: Record<string, PlainBullMq> = {};
  for (const [version, bullmq] of Object.entries(VERSIONS)) {
    const started = await PlainBullMq.start(bullmq);
    ends.push(() => started.stop());
    plain[version] = started;
  }

  await delay(WARM_UP_MS);
  say(`all of them idle for ${seconds} s`);
  const begin = await everybody(stations, plain);
  await delay(seconds * 1_000);
  const end = await everybody(stations, plain);

  const idle = eachOf(begin.stations, (name) => ({
    before: begin.stations[name],
    after: end.stations[name],
    messages: 0,
  }));
  const idlePlain = Object.keys(plain).map((version) => ({
    before: begin.plain[version]!,
    after: end.plain[version]!,
  }));

  say(`${messages} messages one at a time`);
  const single = await counted(stations.one, () => oneAtATime(stations.one), messages);
  say(`${messages} customers at once, who write for the first time, then again`);
  const crowd = Array.from({ length: messages }, () => stations.ten.contact());
  const first = await counted(stations.ten, () => allAtOnce(stations.ten, crowd), messages);
  const again = await counted(stations.ten, () => allAtOnce(stations.ten, crowd), messages);
  say(`${messages} jobs of plain BullMQ`);
  const jobs = [];
  for (const each of Object.values(plain)) {
    const before = await each.figures();
    const began = performance.now();
    await each.work(messages);
    const elapsedMs = performance.now() - began;
    jobs.push({ before, after: await each.figures(), jobs: messages, elapsedMs });
  }
  const measurement: Measurement = { seconds, idle, idlePlain, single, first, again, jobs };
  const facts = asFacts(measurement);
  if (values.json) console.log(JSON.stringify({ setUp: setUp(), facts, measurement }, undefined, 2));
  else if (values.yaml) console.log(catalogueEntries({ name: "usage", setUp: setUp(), facts }));
  else print(facts);
} finally {
  for (const end of ends.toReversed()) await end();
}

function eachOf<Name extends string, Made>(
  named: Readonly<Record<Name, unknown>>,
  make: (name: Name) => Made,
): Record<Name, Made> {
  const names = Object.keys(named) as Name[];
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, Made>;
}

async function everybody<Name extends string>(
  stations: Readonly<Record<Name, Station>>,
  plain: Readonly<Record<string, PlainBullMq>>,
) {
  const figuresOf = async <Key extends string, Figures>(
    all: Readonly<Record<Key, { figures(): Promise<Figures> }>>,
  ): Promise<Record<Key, Figures>> => {
    const pairs = Object.entries<{ figures(): Promise<Figures> }>(all).map(
      async ([name, each]) => [name, await each.figures()] as const,
    );
    return Object.fromEntries(await Promise.all(pairs)) as Record<Key, Figures>;
  };
  return { stations: await figuresOf(stations), plain: await figuresOf(plain) };
}

async function counted(station: Station, work: () => Promise<void>, count: number) {
  await station.settled();
  const before = await station.figures();
  await work();
  await station.settled();
  return { before, after: await station.figures(), messages: count };
}

/** Each waits for the answer before the next is written. */
async function oneAtATime(station: Station): Promise<void> {
  const contacts = Array.from({ length: CONVERSATIONS }, () => station.contact());
  for (let count = 0; count < messages; count++)
    await exchange(station, contacts[count % contacts.length]!, 0);
}

async function allAtOnce(station: Station, contacts: readonly Contact[]): Promise<void> {
  await Promise.all(contacts.map((contact, index) => exchange(station, contact, index)));
}

async function exchange({ phones }: Station, contact: Contact, index: number): Promise<void> {
  const shown = contact.displayed.length;
  contact.write(phones[index % phones.length]!, QUESTION);
  await contact.waitFor(() => contact.displayed.length > shown, ANSWERED_WITHIN_MS);
}

function say(line: string): void {
  process.stderr.write(`${((performance.now() - took) / 1_000).toFixed(0).padStart(4)} s  ${line}\n`);
}

function setUp(): string {
  const redis = /v=(\S+)/.exec(execFileSync("redis-server", ["--version"], { encoding: "utf8" }))?.[1];
  const [processor] = cpus();
  return (
    `${seconds} s idle, ${messages} messages; the bundled worker on Node ${process.version}, Redis ${redis} in memory ` +
    `only, one worker to a Redis, all on one machine (${cpus().length} × ${processor?.model.trim()}); WhatsApp ` +
    `simulator and an AI that answers at once, on the loopback and without TLS; questions of ${QUESTION.length} ` +
    `characters, answers of ${ANSWER.length}`
  );
}

function print(facts: readonly Fact[]): void {
  console.log(`${setUp()}\n`);
  const width = Math.max(...facts.map(({ id }) => id.length));
  const number = (value: number): string => value.toLocaleString("en", { maximumSignificantDigits: 3 });
  for (const { id, low, high, unit } of facts) {
    const value = low === high ? number(low) : `${number(low)} to ${number(high)}`;
    console.log(`${id.padEnd(width)}  ${value.padStart(18)} ${unit}`);
  }
}
