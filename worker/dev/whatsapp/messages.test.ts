import { expect, test } from "vitest";
import { Stage } from "./stage.ts";

const stage = new Stage();

test.each(["pn", "lid"] as const)("a contact's text arrives by %s", async (addressing) => {
  const { simulator } = stage;
  const phone = simulator.phone();
  const contact = simulator.contact();
  const client = await stage.linked(phone);

  const first = contact.write(phone, "first", { addressing });
  const second = contact.write(phone, "second", { addressing });
  await client.waitFor(() => client.received.length === 2);

  const from = addressing === "pn" ? contact.jid : contact.lid;
  expect(client.received).toMatchObject([
    { id: first, text: "first", from, fromMe: false, type: "notify" },
    { id: second, text: "second", from, fromMe: false, type: "notify" },
  ]);
  await phone.waitFor(() => phone.pending === 0);
  expect(contact.receipts.map(({ id }) => id)).toEqual([first, second]);
  expect(phone).toMatchObject({ retryReceipts: 0, nacks: [] });
});

test.each(["jid", "lid"] as const)(
  "a text to a contact's %s is displayed, and mirrored on the phone",
  async (address) => {
    const { simulator } = stage;
    const phone = simulator.phone();
    const contact = simulator.contact();
    const client = await stage.linked(phone);

    const id = await client.send(contact[address], "hello", "3EB0AAAA00000000000001");
    await contact.waitForMessage("hello");
    await phone.waitFor(() => phone.mirrored.length === 1);

    expect(id).toBe("3EB0AAAA00000000000001");
    expect(contact.displayed).toMatchObject([{ id, text: "hello", phone }]);
    expect(phone.mirrored).toEqual([{ id, text: "hello", to: contact[address] }]);
    expect(contact.undecryptable).toEqual([]);
  },
);

test("a conversation goes back and forth on one session", async () => {
  const { simulator } = stage;
  const phone = simulator.phone();
  const contact = simulator.contact();
  const client = await stage.linked(phone);
  for (let round = 0; round < 5; round++) {
    contact.write(phone, `question ${round}`);
    await client.waitFor(() => client.received.some(({ text }) => text === `question ${round}`));
    await client.send(contact.jid, `answer ${round}`);
    await contact.waitForMessage(`answer ${round}`);
  }
  expect(contact).toMatchObject({ undecryptable: [], suppressed: [] });
  expect(phone).toMatchObject({ retryReceipts: 0, nacks: [], unreadable: [] });
});

test("the client sees that its message was read", async () => {
  const { simulator } = stage;
  const phone = simulator.phone();
  const contact = simulator.contact();
  const client = await stage.linked(phone);
  contact.readReceipts = true;
  const id = await client.send(contact.jid, "read me");
  await client.waitFor(() => client.status.get(id) === 4);
});

test("a message for an absent client waits, and goes only with its receipt", async () => {
  const { simulator } = stage;
  const phone = simulator.phone();
  const contact = simulator.contact();
  const account = await stage.pair(phone);
  const id = contact.write(phone, "while you were away");
  await phone.waitFor(() => phone.pending === 1);

  const untap = simulator.onStanza(({ direction, node }) =>
    direction === "from-client" && node.tag === "receipt" ? "drop" : undefined,
  );
  const client = await stage.login(account);
  await client.waitFor(() =>
    client.received.some((message) => message.id === id && message.type === "append"),
  );
  expect(phone.pending).toBe(1);
  untap();

  await client.stop();
  const offline: string[] = [];
  simulator.onStanza(({ direction, node }) => {
    if (direction === "to-client" && node.tag === "message" && node.attrs["offline"])
      offline.push(node.attrs["id"] ?? "");
  });
  await stage.login(account);
  await phone.waitFor(() => offline.includes(id));
});

test("the owner's own words reach the contact and, as its own, the client", async () => {
  const { simulator } = stage;
  const phone = simulator.phone();
  const contact = simulator.contact();
  const client = await stage.linked(phone);
  const id = phone.say(contact, "typed on the phone");
  await client.waitFor(() => client.received.length === 1);
  await contact.waitForMessage(id);
  expect(client.received).toMatchObject([
    { id, text: "typed on the phone", from: contact.jid, fromMe: true },
  ]);
  await phone.waitFor(() => phone.pending === 0);
});

test("a repeated id is displayed once", async () => {
  const { simulator } = stage;
  const contact = simulator.contact();
  const client = await stage.linked(simulator.phone());
  const id = await client.send(contact.jid, "once", "3EB0AAAA00000000000002");
  await client.send(contact.jid, "twice", id);
  await contact.waitFor(() => contact.suppressed.length === 1);
  expect(contact.displayed).toMatchObject([{ id, text: "once" }]);
  expect(contact).toMatchObject({ suppressed: [id], wire: [id, id], undecryptable: [] });
});

test("a contact with a new installation asks again, and what it then receives is displayed", async () => {
  const { simulator } = stage;
  const phone = simulator.phone();
  const contact = simulator.contact();
  const client = await stage.linked(phone);
  await client.send(contact.jid, "before");
  await contact.waitForMessage("before");

  contact.rekey();
  const id = await client.send(contact.jid, "after");
  await contact.waitForMessage(id);
  expect(contact.undecryptable).toMatchObject([{ id }]);
  expect(contact.wire.filter((each) => each === id)).toHaveLength(2);

  contact.write(phone, "a new beginning");
  await client.waitFor(() => client.received.some(({ text }) => text === "a new beginning"));
});

test("other kinds of message and other places arrive as what they are", async () => {
  const { simulator } = stage;
  const phone = simulator.phone();
  const contact = simulator.contact();
  const client = await stage.linked(phone);
  contact.send(phone, { imageMessage: { caption: "a picture", mimetype: "image/jpeg" } });
  contact.send(phone, {
    reactionMessage: { text: "👍", key: { remoteJid: contact.jid, fromMe: true, id: "X" } },
  });
  contact.write(phone, "to all", { chat: "123456789-987654@g.us" });
  contact.write(phone, "my status", { chat: "status@broadcast" });
  contact.publish(phone, "120363000000000001@newsletter", "news");
  await client.waitFor(() => client.received.length === 5);
  // In whatever order: the library lets one chat overtake another.
  expect(new Set(client.received.map(({ from, text }) => `${from} ${text}`))).toEqual(
    new Set([
      `${contact.jid} a picture`,
      `${contact.jid} 👍`,
      "123456789-987654@g.us to all",
      "status@broadcast my status",
      "120363000000000001@newsletter news",
    ]),
  );
  await phone.waitFor(() => phone.pending === 0);
  expect(phone).toMatchObject({ retryReceipts: 0, nacks: [] });
});

test("an uploaded key is used once, and the client is told when few are left", async () => {
  const { simulator } = stage;
  const phone = simulator.phone();
  const client = await stage.linked(phone);
  const companion = phone.companion;
  if (!companion) throw new Error("not linked");
  const keyIds = new Set<number | undefined>();
  while (phone.preKeys > 4) keyIds.add(phone.takeBundle(companion).preKey?.keyId);
  await phone.waitFor(() => phone.preKeys === 9);
  expect(keyIds.has(undefined)).toBe(false);
  expect(client.open).toBe(true);
});
