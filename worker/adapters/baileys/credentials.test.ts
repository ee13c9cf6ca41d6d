import { randomBytes } from "node:crypto";
import { expect, test, vi } from "vitest";
import { LeaseLost } from "../../sessions/lease.ts";
import { Sealing, Unsealable } from "../redis/sealing.ts";
import { numbered, useAdapter, type World } from "./adapter-fixture.ts";
import { readable, secretsOf } from "./secrets-fixture.ts";
import { SessionState } from "./session-state.ts";

const world = useAdapter();

/** What the client writes from now on: tag and id. */
function written({ simulator }: World): string[] {
  const seen: string[] = [];
  simulator.onStanza(({ direction, node }) => {
    if (direction === "from-client") seen.push(`${node.tag} ${node.attrs["id"]}`);
  });
  return seen;
}

function about(ids: readonly string[], stanzas: readonly string[]): string[] {
  return stanzas.filter((stanza) => ids.some((id) => stanza.endsWith(id)));
}

test("what is stored of a linked phone and its talks can be read by nobody without the key", async () => {
  const here = await world();
  const phone = here.simulator.phone({ name: "Padaria Central" });
  const contact = here.simulator.contact({ name: "Ana Souza" });
  const talk = here.talk();
  await talk.link(phone);
  expect(talk.pairing.map(({ kind }) => kind)).toEqual(["qr", "paired"]);
  contact.write(phone, "quanto custa o bolo");
  await talk.enqueue(contact.lid, ["quarenta reais"]);
  await contact.waitForMessage("quarenta reais");
  await here.until(() => talk.accepted.length === 1);

  const stored = Object.values(await here.raw()).join("\n");
  const secrets = await secretsOf(here);
  expect(secrets.length).toBeGreaterThan(800);
  expect(readable(stored, secrets)).toEqual([]);
  for (const text of ["Padaria Central", "Ana Souza", "quanto custa o bolo", "quarenta reais"]) {
    for (const encoding of ["utf8", "base64", "hex"] as const)
      expect(stored).not.toContain(Buffer.from(text).toString(encoding));
  }
});

test("a linked phone is logged in again from what is stored", async () => {
  const here = await world();
  const phone = here.simulator.phone();
  const wire = await here.link(phone);
  await wire.connection?.close();
  expect(wire.endings).toEqual([{ kind: "closed" }]);
  const again = await here.login("acme", { epoch: "8" });
  expect(again.qrs).toEqual([]);
  expect(phone).toMatchObject({ totalConnections: 2, connections: 1, maxConnections: 1 });
});

test.each([
  ["of another name", "other"],
  ["of the same name", "k"],
])("credentials that a key %s sealed are refused and left as they are", async (_, id) => {
  const here = await world();
  const wire = await here.link(here.simulator.phone());
  await wire.connection?.close();
  const lease = await here.lease("acme");
  const stored = await here.raw();
  const stranger = here.adapter(new Sealing([{ id, key: randomBytes(32) }]));
  await expect(here.connect("acme", { whatsapp: stranger })).rejects.toThrow(Unsealable);
  await expect(stranger.wipe("acme", lease)).rejects.toThrow(Unsealable);
  const after = await here.raw();
  delete stored[here.keys.leases];
  delete after[here.keys.leases];
  expect(after).toEqual(stored);
});

test("a phone that unlinks this device ends as logged out, and only a wipe forgets it", async () => {
  const here = await world();
  const phone = here.simulator.phone();
  const wire = await here.link(phone);
  phone.logOut();
  await wire.until(() => wire.ending);
  expect(wire.endings).toEqual([{ kind: "logged-out" }]);
  const lease = await here.lease("acme");
  expect(await here.store.exists(here.keys.credentials("acme"))).toBe(1);

  await here.lease("acme", "8");
  await expect(here.whatsapp.wipe("acme", lease)).rejects.toThrow(LeaseLost);
  expect(await here.store.exists(here.keys.credentials("acme"), here.keys.signalKeys("acme"))).toBe(2);
  await here.whatsapp.wipe("acme", await here.lease("acme", "9"));
  expect(await here.store.exists(here.keys.credentials("acme"), here.keys.signalKeys("acme"))).toBe(0);
});

test("a connection that another login replaces says so", async () => {
  const here = await world();
  const phone = here.simulator.phone();
  const wire = await here.link(phone);
  phone.kick();
  await wire.until(() => wire.ending);
  expect(wire.endings).toEqual([{ kind: "replaced" }]);
  expect(wire.connection?.open).toBe(false);
});

test("a pairing for which WhatsApp gives no (more) codes ends as not scanned", async () => {
  const here = await world();
  here.simulator.onStanza(({ node }) => {
    if (node.tag === "iq" && Array.isArray(node.content) && node.content[0]?.tag === "pair-device")
      node.content[0].content = [];
  });
  const wire = await here.connect();
  await wire.until(() => wire.ending);
  expect(wire.endings).toEqual([{ kind: "not-scanned" }]);
});

test.each([0, 5])(
  "after a write that another owner's lease refused nothing leaves the socket (%i ms to the store)",
  async (latencyMs) => {
    const here = await world({ latencyMs });
    const phone = here.simulator.phone();
    const contact = here.simulator.contact();
    const wire = await here.link(phone);
    await phone.waitFor(() => phone.pending === 0);
    await here.lease("acme", "8");
    const stored = await here.raw();
    const stanzas = written(here);

    const ids = numbered("unaccepted ", 5).map((text) => contact.write(phone, text));
    await contact.idle();
    await wire.until(() => wire.ending);
    await phone.waitFor(() => phone.connections === 0);
    expect(wire.endings).toMatchObject([{ kind: "store", error: { name: "LeaseLost" } }]);
    expect(wire.accepted).toEqual([]);
    expect(about(ids, stanzas)).toEqual([]);
    expect(phone).toMatchObject({ pending: 5, nacks: [], retryReceipts: 0 });
    expect(await here.raw()).toEqual(stored);

    const next = await here.login("acme", { epoch: "8" });
    await next.until(() => next.accepted.length === 5);
    await phone.waitFor(() => phone.pending === 0);
    expect(phone).toMatchObject({ nacks: [], retryReceipts: 0 });
    expect(await here.unanswered(contact)).toEqual(numbered("unaccepted ", 5));
  },
);

test("a message whose ratchet step the store refused is not sent", async () => {
  const here = await world({ latencyMs: 5 });
  const phone = here.simulator.phone();
  const contact = here.simulator.contact();
  const wire = await here.link(phone);
  await wire.deliver(contact.lid, "before");
  await here.lease("acme", "8");
  const stanzas = written(here);
  await expect(wire.send(contact.lid, "after")).rejects.toThrow("All encryptions failed");
  await wire.until(() => wire.ending);
  expect(wire.endings).toMatchObject([{ kind: "store", error: { name: "LeaseLost" } }]);
  expect(stanzas.filter((tag) => tag.startsWith("message"))).toEqual([]);

  const next = await here.login("acme", { epoch: "8" });
  await next.deliver(contact.lid, "after");
  await contact.waitForMessage("after");
  expect(contact.undecryptable).toEqual([]);
});

test("a store that is gone ends the connection, and the message stays with WhatsApp", async () => {
  const here = await world();
  const phone = here.simulator.phone();
  const contact = here.simulator.contact();
  const wire = await here.link(phone);
  await phone.waitFor(() => phone.pending === 0);
  const stanzas = written(here);
  here.redis.disconnect();
  const id = contact.write(phone, "unaccepted");
  await wire.until(() => wire.ending);
  await phone.waitFor(() => phone.connections === 0);
  expect(wire.endings).toMatchObject([{ kind: "store" }]);
  expect(about([id], stanzas)).toEqual([]);
  expect(phone).toMatchObject({ pending: 1, nacks: [], retryReceipts: 0 });
});

test("steps that wait for the store share its writes, and each is stored when it resolves", async () => {
  const here = await world({ latencyMs: 5 });
  const lease = await here.lease("acme");
  const state = await SessionState.load({ ...here, lease, organization: "acme", onFailure: () => {} });
  const fields = numbered("sender-key-memory:", 100);
  const stored = fields.map(async (field) => {
    await state.write(new Map([[field, `"${field}"`]]));
    return await here.store.hexists(here.keys.signalKeys("acme"), field);
  });
  // A few at a time, as messages come.
  expect(await Promise.all(stored)).toEqual(fields.map(() => 1));
  expect(here.redis.writes).toBeLessThan(5);
  const again = await SessionState.load({ ...here, lease, organization: "acme", onFailure: () => {} });
  expect(fields.map((field) => again.readPlain(field))).toEqual(fields);
});

test("a step that follows the last one at once is stored too", async () => {
  const here = await world();
  const lease = await here.lease("acme");
  const state = await SessionState.load({ ...here, lease, organization: "acme", onFailure: () => {} });
  for (const field of numbered("sender-key-memory:", 10)) await state.write(new Map([[field, "1"]]));
  expect(await here.store.hlen(here.keys.signalKeys("acme"))).toBe(10);
});

test("a state that was ended takes nothing more", async () => {
  const here = await world({ latencyMs: 5 });
  const lease = await here.lease("acme");
  const options = { ...here, lease, organization: "acme", onFailure: () => {} };
  const state = await SessionState.load(options);
  await state.write(new Map([["sender-key-memory:1", "1"]]));
  state.end();
  await expect(state.write(new Map([["sender-key-memory:1", "2"]]))).rejects.toThrow("is closed");
  expect((await SessionState.load(options)).readPlain("sender-key-memory:1")).toBe(1);
});

test("a connection that was cut says that it ended only when all that it took is stored", async () => {
  const here = await world();
  const phone = here.simulator.phone();
  const contact = here.simulator.contact();
  const wire = await here.link(phone);
  // After it a message is one write: the address is known, and the session there.
  contact.write(phone, "first");
  await phone.waitFor(() => contact.receipts.length === 1);
  const { writes } = here.redis;
  const release = here.redis.hold();
  contact.write(phone, "taken");
  await vi.waitUntil(() => here.redis.writes > writes, { interval: 1 });
  phone.drop();
  // The client has noticed: it can write nothing any more.
  await vi.waitUntil(() => wire.connection?.open === false, { interval: 1 });
  await here.store.ping();
  expect(wire.endings).toEqual([]);
  release();
  await wire.until(() => wire.ending);
  expect(wire.endings).toMatchObject([{ kind: "dropped" }]);
  expect(await here.unanswered(contact)).toEqual(["first", "taken"]);
});
