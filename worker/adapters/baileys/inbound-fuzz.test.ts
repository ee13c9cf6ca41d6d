import { randomBytes } from "node:crypto";
import { encodeWAMessage, proto, type BinaryNode } from "@whiskeysockets/baileys";
import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Script } from "../redis/script.ts";
import { keysOf, type Keys } from "../redis/keys.ts";
import { Sealing } from "../redis/sealing.ts";
import { ConversationRecord } from "../../conversation/record.ts";
import type { Received } from "../../conversation/inbound.ts";
import { fenceLua, inboundLua } from "../../conversation/scripts.ts";
import { startRedisServer, type RedisServer } from "../../dev/redis-server.ts";
import { organizationSettings } from "../../sessions/organization.ts";
import { shardOf } from "../../sessions/shards.ts";
import type { Lease } from "../../sessions/lease.ts";
import type { Addresses, Place } from "./addresses.ts";
import { CONTENT_FIELDS } from "./content-fields.ts";
import { Inbox } from "./inbox.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 300);
const ORGANIZATION = "acme";
const ME = { id: "5511999990000:1@s.whatsapp.net", lid: "100:1@lid" };
const RECEIVED: readonly Received[] = [
  "stored",
  "silenced",
  "acknowledged",
  "handed",
  "opted-out",
  "changed",
  "remembered",
  "repeated",
];
const stepScript = new Script("session step", [
  fenceLua,
  ...inboundLua,
  new URL("step.lua", import.meta.url),
]);

let server: RedisServer;
let redis: Redis;
let keys: Keys;
let lease: Lease;
let inbox: Inbox;
let record: ConversationRecord;
let complaints: string[];
let deployments = 0;

beforeAll(async () => {
  server = await startRedisServer();
  redis = new Redis(server.url);
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

beforeEach(async () => {
  keys = keysOf(`fuzz${++deployments}`);
  const shard = shardOf(ORGANIZATION);
  lease = { shard, owner: "me", epoch: "7" };
  await redis.hset(keys.leases, shard, `me 7 ${Date.now() + 3_600_000}`);
  complaints = [];
  const sealing = new Sealing([{ id: "k", key: randomBytes(32) }]);
  record = new ConversationRecord({ redis, keys, sealing });
  const settings = organizationSettings.parse({
    name: "Padaria",
    team: [{ number: "5511911112222", name: "Bia" }],
  });
  const complain = (event: string): void => void complaints.push(event);
  inbox = new Inbox({
    organization: ORGANIZATION,
    settings: () => settings,
    creds: { me: ME } as never,
    addresses: {
      place: async (address: string) => ({ chat: address, number: undefined }),
    } as unknown as Addresses,
    record,
    log: { error: complain, warn: complain, info: () => {}, debug: () => {} },
    events: { accepted: () => {}, leftAlone: () => {} } as never,
    read: () => {},
  });
});

/** As the worker does with a decrypted message: parsed, encoded, and received by the store's script. */
async function arrive(stanza: BinaryNode, plain: Uint8Array): Promise<Received> {
  const place: Place | undefined = await inbox.placeOf(stanza, {} as never);
  if (place === undefined) return "remembered";
  const { item, plain: seen } = inbox.decrypted(stanza, place, plain);
  const args = [
    lease.shard,
    lease.owner,
    lease.epoch,
    keys.prefix,
    JSON.stringify({ keys: [], inbound: [item] }),
  ];
  const own = [keys.leases, keys.credentials(ORGANIZATION), keys.signalKeys(ORGANIZATION)];
  const received = (await stepScript.run(redis, own, args)) as Received[];
  inbox.report(stanza, place, received);
  // What Baileys decodes next must not fail, or it would ask for the message again.
  proto.Message.decode(seen.subarray(0, seen.length - (seen.at(-1) ?? 0)));
  expect(RECEIVED).toContain(received[0]);
  return received[0]!;
}

/** Whoever wrote what no one understands: another person's message is taken up and can be answered. */
async function expectOthersServed(index: number): Promise<void> {
  const chat = `55200${index}@lid`;
  const other = { organization: ORGANIZATION, chat };
  const stanza = {
    tag: "message",
    attrs: { from: chat, id: `OTHER${index}`, t: `${Math.floor(Date.now() / 1000)}`, type: "text" },
  };
  expect(await arrive(stanza, encodeWAMessage({ conversation: "oi" }))).toBe("stored");
  const begun = await record.begin(lease, other, { attemptMs: 1_000 });
  expect(begun).toMatchObject({ kind: "think", messages: [{ text: "oi" }] });
}

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "",
    "\0",
    "\uD800",
    "\uDC00a",
    "\u202E",
    "sair",
    "a".repeat(100_000),
    "😀".repeat(30_000),
    "\u200B",
  ),
);
const anyTime = fc.oneof(
  { weight: 3, arbitrary: fc.constant(`${Math.floor(Date.now() / 1000)}`) },
  fc.constantFrom("0", "-1", "NaN", "", "1e999", "99999999999999", "1.5"),
  fc.integer().map(String),
);
const stanzas: fc.Arbitrary<BinaryNode> = fc
  .record(
    {
      from: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom("551@lid", "552@lid", "5511988887777@s.whatsapp.net") },
        fc.constantFrom("551:3@lid", ME.id, ME.lid, "1@g.us", "status@broadcast", "@lid", "a b@lid"),
        anyText,
      ),
      id: fc.oneof(fc.constantFrom("A1", "A2", "A3"), anyText),
      t: anyTime,
      type: fc.oneof(fc.constantFrom("text", "media", "reaction", "poll"), anyText),
      notify: fc.oneof(anyText, fc.constant("n".repeat(10_000))),
      recipient: fc.constantFrom("551@lid", "5511988887777@s.whatsapp.net", "x"),
      category: fc.constantFrom("peer", "x"),
    },
    { requiredKeys: ["from", "id"] },
  )
  .map((attrs) => ({ tag: "message", attrs: attrs as Record<string, string> }));

const numbers = fc.oneof(fc.integer(), fc.constantFrom(0, -1, Number.NaN, Infinity, 2 ** 53));
const anyKey = fc.record(
  { id: fc.oneof(fc.constantFrom("A1", "A2"), anyText), fromMe: fc.boolean() },
  { requiredKeys: [] },
);
/** What any of the fields may hold: each takes of it what it knows. */
const messages = fc.letrec<{ message: unknown; inside: Record<string, unknown> }>((tie) => ({
  inside: fc.record(
    {
      text: anyText,
      caption: anyText,
      name: anyText,
      fileName: anyText,
      displayName: anyText,
      vcard: anyText,
      title: anyText,
      selectedDisplayText: anyText,
      options: fc.array(fc.record({ optionName: anyText }), { maxLength: 20 }),
      contacts: fc.array(fc.record({ displayName: anyText, vcard: anyText }), { maxLength: 20 }),
      degreesLatitude: numbers,
      degreesLongitude: numbers,
      seconds: fc.nat(),
      startTime: fc.integer(),
      totalAmount1000: fc.integer(),
      type: fc.integer({ min: 0, max: 40 }),
      key: anyKey,
      contextInfo: fc.record({ quotedMessage: tie("message") as fc.Arbitrary<object> }),
      message: tie("message"),
      editedMessage: tie("message"),
      noteMessage: tie("message"),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Record<string, unknown>>,
  message: fc.oneof(
    { depthSize: "small" },
    fc.record({ conversation: anyText }),
    fc
      .tuple(fc.constantFrom(...Object.keys(CONTENT_FIELDS)), tie("inside"))
      .map(([field, inside]) => ({ [field]: field === "conversation" ? "oi" : inside })),
  ),
})).message;

/** Bytes of a message with this content, or undefined where the protocol has no such message. */
function encoded(message: unknown): Uint8Array | undefined {
  try {
    return encodeWAMessage(proto.Message.fromObject(message as object));
  } catch {
    return undefined;
  }
}

test("whatever bytes a message holds, it is received, and nobody else waits", async () => {
  await fc.assert(
    fc.asyncProperty(stanzas, fc.uint8Array({ maxLength: 200 }), async (stanza, plain) => {
      await arrive(stanza, plain);
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: 60_000 },
  );
  await expectOthersServed(0);
});

test("whatever message it is, in whatever envelope, it is received, understood, and nobody else waits", async () => {
  let understood = 0;
  await fc.assert(
    fc.asyncProperty(stanzas, messages, async (stanza, message) => {
      const plain = encoded(message);
      if (plain === undefined) return;
      if ((await arrive(stanza, plain)) !== "remembered") understood++;
      expect(complaints).toEqual([]);
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: 60_000 },
  );
  // Else the generator makes nothing worth the name.
  expect(understood).toBeGreaterThan(RUNS / 50);
  await expectOthersServed(1);
});

test("a message cut off anywhere, or with a byte that is another, is received", async () => {
  const whole = encodeWAMessage({
    ephemeralMessage: {
      message: {
        extendedTextMessage: {
          text: "olá",
          contextInfo: { quotedMessage: { imageMessage: { caption: "tem?" } } },
        },
      },
    },
  });
  const stanza = (id: number): BinaryNode => ({
    tag: "message",
    attrs: { from: "551@lid", id: `CUT${id}`, t: `${Math.floor(Date.now() / 1000)}`, type: "text" },
  });
  for (let at = 0; at < whole.length; at++) {
    await arrive(stanza(at), whole.subarray(0, at));
    const changed = Buffer.from(whole);
    changed[at] = changed[at]! ^ 0xff;
    await arrive(stanza(at + 1_000), changed);
  }
  await expectOthersServed(2);
});

test("messages in messages a thousand deep are received", async () => {
  let bytes: Uint8Array = Uint8Array.of();
  // Field 40, ephemeralMessage, whose field 1 is a message: written by hand, because no library would.
  for (let depth = 0; depth < 1_000; depth++) bytes = nested(40, nested(1, bytes));
  const plain = Buffer.concat([bytes, Uint8Array.of(1)]);
  const attrs = { from: "551@lid", id: "DEEP", t: `${Math.floor(Date.now() / 1000)}`, type: "text" };
  await arrive({ tag: "message", attrs }, plain);
  await expectOthersServed(3);
});

function nested(field: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = rest >>> 7) {
    if (rest < 0x80) return Uint8Array.of(...bytes, rest);
    bytes.push((rest & 0x7f) | 0x80);
  }
}
