import { expect, test, vi } from "vitest";
import { useRecord } from "../conversation/record-fixture.ts";
import type { Logger } from "../runtime/logging.ts";
import type { Lease } from "./lease.ts";
import { LettingGo } from "./letting-go.ts";
import { Organizations } from "./organizations.ts";
import { Requests, type RequestsOptions } from "./requests.ts";
import { Sessions } from "./sessions.ts";
import { shardOf } from "./shards.ts";
import { UnderWay } from "./under-way.ts";
import type { WhatsApp } from "./whatsapp.ts";

const nothing = (): void => {};
const log: Logger = { error: nothing, warn: nothing, info: nothing, debug: nothing };
const ANA: Lease = { shard: shardOf("ana"), owner: "this", epoch: "1" };
const PATIENT_MS = 60_000;

const deployment = useRecord();

/** The owner of ana's shard, where no phone is linked, and whose look at what is stored of a session takes until `read`. */
function owner(refusal?: RequestsOptions["refusal"]) {
  const { redis, keys, sealing } = deployment();
  const read = Promise.withResolvers<undefined>();
  const connect = vi.fn<WhatsApp["connect"]>(() => read.promise);
  const whatsapp = { connect } as unknown as WhatsApp;
  const organizations = new Organizations({ redis, keys, sealing, log });
  const underWay = new UnderWay();
  const lease = (shard: number): Lease | undefined => lettingGo.lease(shard);
  const sessions = new Sessions({
    whatsapp,
    organizations,
    log,
    lease,
    stillOurs: async () => true,
    opened: nothing,
    disconnected: nothing,
    ended: async () => {},
    accepted: nothing,
    ack: nothing,
    receipt: nothing,
  });
  const lettingGo: LettingGo = new LettingGo({
    underWay,
    outbox: { idle: async () => {} },
    sessions,
    lease: (shard) => (shard === ANA.shard ? ANA : undefined),
  });
  const requests = new Requests({
    redis,
    keys,
    sealing,
    log,
    whatsapp,
    organizations,
    sessions,
    underWay,
    erasure: { contact: async () => 0, organization: async () => ({ loggedOut: false, entries: 0 }) },
    lease,
    ...(refusal === undefined ? {} : { refusal }),
  });
  const ask = async (request: object): Promise<Promise<void>> => {
    const json = JSON.stringify({ at: Date.now(), ...request });
    await redis.hset(keys.requests, "one", json);
    return requests.handle(new Map([["one", json]]));
  };
  const answers = async (): Promise<unknown[]> =>
    (await redis.lrange(keys.answers("one"), 0, -1)).map((answer): unknown => JSON.parse(answer));
  return { redis, keys, read, connect, sessions, lettingGo, requests, answers, ask };
}

const addAna = { verb: "org add", organization: "ana", settings: { name: "Ana" } };

test("an operator's request is done before the shard is another's: no socket is opened for one that is let go", async () => {
  const { read, connect, sessions, lettingGo, requests, answers, ask } = owner();
  const handled = ask(addAna);
  await vi.waitFor(() => expect(connect).toHaveBeenCalledOnce());
  expect(requests.busy("ana")).toBe(true);
  expect(requests.busy("bia")).toBe(false);
  let gone = false;
  const letGo = lettingGo.letGo([ANA], PATIENT_MS).then(() => (gone = true));
  // As many turns of the loop as a close without anything under way takes.
  await new Promise(setImmediate);
  expect(gone).toBe(false);
  read.resolve(undefined);
  await handled;
  await letGo;
  expect(await answers()).toEqual([{ kind: "done", saved: "added" }]);
  expect(requests.busy("ana")).toBe(false);
  expect(sessions.all).toEqual([]);
});

test("a request for a shard that is let go is left to whoever gets it", async () => {
  const { redis, keys, connect, lettingGo, answers, ask } = owner();
  await lettingGo.letGo([ANA], PATIENT_MS);
  await ask(addAna);
  expect(connect).not.toHaveBeenCalled();
  expect(await redis.hkeys(keys.requests)).toEqual(["one"]);
  expect(await answers()).toEqual([]);
});

test("a request that nobody can read is taken from the store, and its asker is told why", async () => {
  const { redis, keys, answers, ask } = owner();
  await ask({ verb: "sing" });
  expect(await redis.hkeys(keys.requests)).toEqual([]);
  expect(await answers()).toMatchObject([{ kind: "failed" }]);
});

test("settings that cannot be kept here are refused with the reason, and not saved", async () => {
  const { redis, keys, answers, ask } = owner(({ name }) => `not for ${name}`);
  await ask(addAna);
  expect(await answers()).toEqual([{ kind: "failed", reason: "not for Ana" }]);
  expect(await redis.exists(keys.organizations)).toBe(0);
});

test("a request that two beats show is done once", async () => {
  const { redis, keys, read, connect, requests, answers } = owner();
  const json = JSON.stringify({ at: Date.now(), ...addAna });
  await redis.hset(keys.requests, "one", json);
  const shown = new Map([["one", json]]);
  read.resolve(undefined);
  await Promise.all([requests.handle(shown), requests.handle(shown)]);
  await requests.handle(shown);
  expect(connect).toHaveBeenCalledOnce();
  expect(await answers()).toEqual([{ kind: "done", saved: "added" }]);
});

test("a request that nobody took while its asker waited is not done behind their back", async () => {
  const { redis, keys, connect, answers, ask } = owner();
  await ask({ ...addAna, at: Date.now() - 601_000 });
  expect(connect).not.toHaveBeenCalled();
  expect(await redis.hkeys(keys.requests)).toEqual([]);
  expect(await redis.exists(keys.organizations)).toBe(0);
  expect(await answers()).toEqual([]);
});
