import type { BinaryNode } from "@whiskeysockets/baileys";
import { expect, test } from "vitest";
import { bytes, child } from "./node.ts";
import { Stage } from "./stage.ts";
import type { WhatsAppSimulator } from "./simulator.ts";

const stage = new Stage();

function watchWire(simulator: WhatsAppSimulator, tag: string): BinaryNode[] {
  const seen: BinaryNode[] = [];
  simulator.onStanza(({ direction, node }) => {
    if (direction === "to-client" && node.tag === tag) seen.push(node);
  });
  return seen;
}

test("a second login with the same credentials replaces the first with 440", async () => {
  const phone = stage.simulator.phone();
  const first = await stage.linked(phone);
  const second = await stage.login(first.account);
  await first.waitFor(() => first.closed === 440);
  await phone.waitFor(() => phone.connections === 1);
  expect(second.open).toBe(true);
  expect(phone).toMatchObject({ totalConnections: 2, conflicts: 1 });
});

test("a kicked client ends with 440", async () => {
  const phone = stage.simulator.phone();
  const client = await stage.linked(phone);
  phone.kick();
  await client.waitFor(() => client.closed === 440);
  await phone.waitFor(() => phone.connections === 0);
});

test("a logged-out client ends with 401, and so does its next login", async () => {
  const phone = stage.simulator.phone();
  const client = await stage.linked(phone);
  phone.logOut();
  await client.waitFor(() => client.closed === 401);
  const again = stage.start(client.account);
  await again.waitFor(() => again.closed === 401);
  expect(phone).toMatchObject({ totalConnections: 1, refusedLogins: 1 });
});

test("a dropped connection ends with 428 and can be made again", async () => {
  const phone = stage.simulator.phone();
  const client = await stage.linked(phone);
  phone.drop();
  await client.waitFor(() => client.closed === 428);
  await phone.waitFor(() => phone.connections === 0);
  await stage.login(client.account);
  expect(phone.connections).toBe(1);
});

test("what a stall held up comes through when it ends", async () => {
  const { simulator } = stage;
  const phone = simulator.phone();
  const contact = simulator.contact();
  const client = await stage.linked(phone);
  await client.send(contact.jid, "before");
  await contact.waitForMessage("before");

  phone.stall();
  await client.send(contact.jid, "into the void");
  contact.write(phone, "from the void");
  await contact.idle();
  expect(phone.pending).toBe(1);
  expect(contact.displayed).toHaveLength(1);
  expect(client.received.some(({ text }) => text === "from the void")).toBe(false);

  phone.resume();
  await contact.waitForMessage("into the void");
  await client.waitFor(() => client.received.some(({ text }) => text === "from the void"));
  expect(client.closed).toBeUndefined();
});

test("a login ends a stalled socket", async () => {
  const phone = stage.simulator.phone();
  const client = await stage.linked(phone);
  phone.stall();
  await stage.login(client.account);
  await phone.waitFor(() => phone.connections === 1);
  expect(phone.conflicts).toBe(1);
});

test("withheld acks come when they are released, the message at once", async () => {
  const { simulator } = stage;
  const phone = simulator.phone();
  const contact = simulator.contact();
  const client = await stage.linked(phone);
  const acks: string[] = [];
  client.socket.ws.on("CB:ack,class:message", ({ attrs }: BinaryNode) => acks.push(attrs["id"] ?? ""));

  phone.withholdAcks = true;
  const id = await client.send(contact.jid, "unconfirmed");
  await contact.waitForMessage(id);
  expect(phone.heldAcks).toBe(1);
  expect(acks).toEqual([]);

  phone.releaseAcks();
  const next = await client.send(contact.jid, "confirmed");
  await contact.waitForMessage(next);
  await expect.poll(() => acks).toEqual([id, next]);
});

test("a refused message is reported with its error and reaches nobody", async () => {
  const { simulator } = stage;
  const phone = simulator.phone();
  const contact = simulator.contact();
  const client = await stage.linked(phone);
  const acks = watchWire(simulator, "ack");
  phone.refuseNext(463);
  const refused = await client.send(contact.jid, "to a stranger");
  await client.waitFor(() => client.status.get(refused) === 0);
  expect(acks.find(({ attrs }) => attrs["id"] === refused)?.attrs["error"]).toBe("463");

  await client.send(contact.jid, "to a friend");
  await contact.waitForMessage("to a friend");
  expect(contact.displayed).toHaveLength(1);
});

test("an unconfirmed message is redelivered with the same ciphertext", async () => {
  const { simulator } = stage;
  const phone = simulator.phone();
  const contact = simulator.contact();
  const client = await stage.linked(phone);
  const id = contact.write(phone, "mind the gap");
  const swallow = simulator.onStanza(({ direction, node }) =>
    direction === "from-client" && node.tag === "receipt" && node.attrs["id"] === id ? "drop" : undefined,
  );
  const messages = watchWire(simulator, "message");
  await client.waitFor(() => client.received.length === 1);
  await phone.waitFor(() => messages.length === 1);
  swallow();
  expect(phone.pending).toBe(1);

  phone.redeliver();
  expect(messages.map((message) => bytes(child(message, "enc")).toString("hex"))).toSatisfy(
    ([first, second]: string[]) => first !== undefined && first === second,
  );
  // The stock client has already used the one-time key, and gives the message up.
  await phone.waitFor(() => phone.nacks.some((nack) => nack.id === id && nack.error === "487"));
  expect(phone.pending).toBe(0);
});

test("a confirmed message is redelivered when it is asked for by its id", async () => {
  const { simulator } = stage;
  const phone = simulator.phone();
  const contact = simulator.contact();
  const client = await stage.linked(phone);
  const id = contact.write(phone, "again");
  await client.waitFor(() => client.received.length === 1);
  await phone.waitFor(() => phone.pending === 0);
  phone.redeliver();
  expect(phone.pending).toBe(0);
  phone.redeliver(id);
  expect(phone.pending).toBe(1);
  await phone.waitFor(() => phone.nacks.some((nack) => nack.id === id));
});

test("a client that lost its session asks for the message again and gets it", async () => {
  const { simulator } = stage;
  const phone = simulator.phone();
  const contact = simulator.contact();
  const client = await stage.linked(phone);
  contact.write(phone, "before");
  await client.waitFor(() => client.received.length === 1);
  await client.send(contact.jid, "answer");
  await contact.waitForMessage("answer");

  const sessions = [`${contact.lid.split("@")[0]}_1.0`, `${contact.number}.0`];
  await client.account.keys.set({ session: Object.fromEntries(sessions.map((session) => [session, null])) });
  const id = contact.write(phone, "after");
  await client.waitFor(() =>
    client.received.some((message) => message.id === id && message.text === "after"),
  );
  expect(phone.retryReceipts).toBeGreaterThan(0);
});
