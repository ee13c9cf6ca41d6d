import { proto } from "@whiskeysockets/baileys";
import { describe, expect, test, vi } from "vitest";
import type { Contact } from "../../dev/whatsapp/contact.ts";
import type { Phone } from "../../dev/whatsapp/phone.ts";
import { useAdapter, type Wire, type World } from "./adapter-fixture.ts";

const world = useAdapter();

interface Scene {
  readonly here: World;
  readonly phone: Phone;
  readonly contact: Contact;
  readonly wire: Wire;
}

async function scene(): Promise<Scene> {
  const here = await world();
  const phone = here.simulator.phone();
  const contact = here.simulator.contact();
  return { here, phone, contact, wire: await here.link(phone) };
}

const isRead = (contact: Contact) =>
  contact.receipts.filter(({ type }) => type === "read").map(({ id }) => id);

describe("what the customer sees", () => {
  test.each(["jid", "lid"] as const)("somebody types, and does no more (%s)", async (address) => {
    const { phone, contact, wire } = await scene();
    await wire.connection!.typing(contact[address], true);
    await wire.connection!.typing(contact[address], false);
    await contact.waitFor(() => contact.typing.length === 2);
    expect(contact.typing).toEqual([
      { on: true, phone },
      { on: false, phone },
    ]);
  });

  test("messages were read", async () => {
    const { phone, contact, wire } = await scene();
    const ids = [contact.write(phone, "um"), contact.write(phone, "dois")];
    await wire.until(() => wire.accepted.length === 2);
    await phone.waitFor(() => phone.pending === 0);
    expect(isRead(contact)).toEqual([]);
    await wire.connection!.read(contact.lid, ids);
    await contact.waitFor(() => isRead(contact).length === 2);
    expect(isRead(contact)).toEqual(ids);
  });

  test("on arrival, where the organization wants that; of what is left alone nothing", async () => {
    const { here, phone, contact } = await scene();
    here.settings = { ...here.settings, readReceipts: "on-arrival" };
    contact.send(phone, { stickerMessage: {} });
    const id = contact.write(phone, "oi");
    await contact.waitFor(() => isRead(contact).length > 0);
    expect(isRead(contact)).toEqual([id]);
    await phone.waitFor(() => phone.pending === 0);
  });

  test("what has its fixed answer is read with it, unless nothing ever is", async () => {
    const { here, phone, contact, wire } = await scene();
    const image = contact.send(phone, { imageMessage: { mimetype: "image/jpeg" } });
    await contact.waitFor(() => isRead(contact).length > 0);
    expect(isRead(contact)).toEqual([image]);
    here.settings = { ...here.settings, readReceipts: "never" };
    contact.send(phone, { orderMessage: { itemCount: 1 } });
    await wire.until(() => wire.accepted.length === 2);
    await phone.waitFor(() => phone.pending === 0);
    expect(isRead(contact)).toEqual([image]);
  });

  test("nothing, and nothing fails, once the socket is closed", async () => {
    const { contact, wire } = await scene();
    await wire.connection!.close();
    await wire.connection!.typing(contact.lid, true);
    await wire.connection!.read(contact.lid, ["A"]);
    expect(contact.typing).toEqual([]);
  });
});

describe("receipts of what we sent", () => {
  test("tell that it was delivered, and that it was read", async () => {
    const { contact, wire } = await scene();
    contact.readReceipts = true;
    const id = await wire.send(contact.lid, "olá", "3EB0000000000000000001");
    await wire.until(() => wire.receipts.length === 2);
    expect(wire.receipts.map(({ ids, state }) => [ids, state])).toEqual([
      [[id], "delivered"],
      [[id], "read"],
    ]);
    expect(Math.abs(wire.receipts[0]!.at - Date.now())).toBeLessThan(60_000);
  });
});

describe("a number", () => {
  const queries = (here: World): string[] => {
    const seen: string[] = [];
    here.simulator.onStanza(({ direction, node }) => {
      if (direction === "from-client" && node.attrs["xmlns"] === "usync") seen.push(node.attrs["id"] ?? "");
    });
    return seen;
  };

  test("has the chat of whoever has it, and WhatsApp is asked once", async () => {
    const { here, contact, wire } = await scene();
    const asked = queries(here);
    const connection = wire.connection!;
    const both = await Promise.all([connection.resolve(contact.number), connection.resolve(contact.number)]);
    expect(both).toEqual([contact.lid, contact.lid]);
    expect(await connection.resolve(contact.number)).toBe(contact.lid);
    expect(asked).toHaveLength(1);
    // The next connection knows it from the store.
    await connection.close();
    const next = await here.login();
    expect(await next.connection!.resolve(contact.number)).toBe(contact.lid);
    expect(asked).toHaveLength(1);
  });

  test("of somebody who wrote is known without asking", async () => {
    const { here, phone, contact, wire } = await scene();
    contact.write(phone, "oi");
    await wire.until(() => wire.accepted.length === 1);
    const asked = queries(here);
    expect(await wire.connection!.resolve(contact.number)).toBe(contact.lid);
    expect(asked).toEqual([]);
  });

  test("that nobody has has no chat, and is not asked for again and again", async () => {
    const { here, wire } = await scene();
    const asked = queries(here);
    expect(await wire.connection!.resolve("5511900000000")).toBeUndefined();
    expect(await wire.connection!.resolve("5511900000000")).toBeUndefined();
    expect(asked).toHaveLength(1);
  });

  test("cannot be asked for without a socket", async () => {
    const { contact, wire } = await scene();
    await wire.connection!.close();
    await expect(wire.connection!.resolve(contact.number)).rejects.toThrow("not connected");
  });

  test("that WhatsApp knows under another is that one's", async () => {
    const { here, wire } = await scene();
    const contact = here.simulator.contact({ number: "551187654321" });
    here.simulator.onStanza(({ direction, node }) => {
      // As the server does with Brazilian numbers: it answers for the account, whatever was asked.
      const text = JSON.stringify(node);
      if (direction === "to-client" && text.includes("5511987654321@s.whatsapp.net"))
        Object.assign(
          node,
          JSON.parse(text.replace(/"type":"out"/, '"type":"in"').replace("5511987654321@", "551187654321@")),
        );
    });
    expect(await wire.connection!.resolve("5511987654321")).toBe(contact.jid);
  });
});

describe("calls", () => {
  test("a call that nobody took is acknowledged once, before WhatsApp is told that it came", async () => {
    const { here, phone, contact, wire } = await scene();
    contact.call(phone, "missed");
    await wire.until(() => wire.accepted.length === 1);
    const chat = { organization: "acme", chat: contact.lid };
    expect(await here.record.view(chat)).toMatchObject({ outbound: 1, inbound: 0 });
    contact.call(phone, "missed");
    await wire.until(() => wire.accepted.length === 2);
    expect(await here.record.view(chat)).toMatchObject({ outbound: 1 });
  });

  test.each(["taken", "declined"] as const)(
    "a call that was %s on the phone is the owner's own matter",
    async (outcome) => {
      const { here, phone, contact, wire } = await scene();
      contact.call(phone, outcome);
      contact.write(phone, "oi");
      await wire.until(() => wire.accepted.length === 1);
      expect(await here.record.view({ organization: "acme", chat: contact.lid })).toMatchObject({
        outbound: 0,
        inbound: 1,
      });
    },
  );
});

describe("groups, status and channels", () => {
  test("are confirmed without a command, however many come", async () => {
    const { here, phone, contact, wire } = await scene();
    contact.write(phone, "oi");
    await wire.until(() => wire.accepted.length === 1);
    const { commands } = here.redis;
    const before = await here.raw();
    for (let count = 0; count < 30; count++) {
      contact.write(phone, `group ${count}`, { chat: "120363000000000001@g.us" });
      contact.write(phone, `status ${count}`, { chat: "status@broadcast" });
      contact.write(phone, `list ${count}`, { chat: "5511@broadcast" });
      contact.publish(phone, "120363000000000002@newsletter", `news ${count}`);
    }
    await phone.waitFor(() => phone.pending === 0 && wire.leftAlone.length >= 120);
    expect(here.redis.commands).toBe(commands);
    expect(await here.raw()).toEqual(before);
    expect(phone).toMatchObject({ nacks: [], retryReceipts: 0 });
    // And who wrote there is still understood in private.
    contact.write(phone, "and here?");
    await wire.until(() => wire.accepted.length === 2);
    expect(await here.unanswered(contact)).toEqual(["oi", "and here?"]);
  });

  test("a first contact by a group does not spoil the private chat that follows", async () => {
    const { here, phone, wire } = await scene();
    const stranger = here.simulator.contact();
    stranger.write(phone, "hi all", { chat: "120363000000000001@g.us" });
    await phone.waitFor(() => phone.pending === 0);
    stranger.write(phone, "a question");
    await wire.until(() => wire.accepted.length === 1);
    expect(await here.unanswered(stranger)).toEqual(["a question"]);
    await wire.deliver(stranger.lid, "an answer");
    await stranger.waitForMessage("an answer");
  });
});

test("what others send can make Baileys do nothing", async () => {
  const { here, phone, contact, wire } = await scene();
  const taken = vi.fn<() => void>();
  here.simulator.onStanza(({ direction, node }) => {
    const isTaken = node.attrs["type"] === "hist_sync" && node.attrs["to"] !== phone.jid;
    if (direction === "from-client" && isTaken) taken();
  });
  const { Type } = proto.Message.ProtocolMessage;
  contact.send(phone, {
    protocolMessage: {
      type: Type.HISTORY_SYNC_NOTIFICATION,
      historySyncNotification: { syncType: 0, initialHistBootstrapInlinePayload: Buffer.alloc(10) },
    },
  });
  contact.write(phone, "oi");
  await wire.until(() => wire.accepted.length === 1);
  await phone.waitFor(() => phone.pending === 0);
  expect(taken).not.toHaveBeenCalled();
});
