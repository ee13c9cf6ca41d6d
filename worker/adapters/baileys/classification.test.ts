import { proto } from "@whiskeysockets/baileys";
import { expect, test } from "vitest";
import type { Contact } from "../../dev/whatsapp/contact.ts";
import type { Phone } from "../../dev/whatsapp/phone.ts";
import { useAdapter, type Wire, type World } from "./adapter-fixture.ts";
import { openBody } from "../../conversation/sealed.ts";
import { conversationKeys } from "../../conversation/keys.ts";

const world = useAdapter();

async function scene(): Promise<{ here: World; phone: Phone; contact: Contact; wire: Wire }> {
  const here = await world();
  const phone = here.simulator.phone();
  const contact = here.simulator.contact();
  return { here, phone, contact, wire: await here.link(phone) };
}

async function history(here: World, contact: Contact): Promise<string[]> {
  const conversation = { organization: "acme", chat: contact.lid };
  const entries = await here.store.lrange(conversationKeys(here.keys.prefix, conversation).history, 0, -1);
  return entries.map((entry) => {
    const { role, body } = JSON.parse(entry) as { role: string; body: string };
    return `${role}: ${openBody(here.sealing, conversation, body).text}`;
  });
}

const kept: Record<string, (contact: Contact, phone: Phone) => void> = {
  "in a group": (contact, phone) => contact.write(phone, "hi all", { chat: "120363000000000001@g.us" }),
  "as a status": (contact, phone) => contact.write(phone, "my day", { chat: "status@broadcast" }),
  "in a channel": (contact, phone) => contact.publish(phone, "120363000000000002@newsletter", "news"),
  "a reaction": (contact, phone) =>
    contact.send(phone, {
      reactionMessage: { text: "👍", key: { remoteJid: phone.jid, fromMe: true, id: "X" } },
    }),
  "an empty text": (contact, phone) => contact.write(phone, " \u200F\u200B\n"),
  "a sticker": (contact, phone) => contact.send(phone, { stickerMessage: { mimetype: "image/webp" } }),
  "a pin": (contact, phone) =>
    contact.send(phone, {
      pinInChatMessage: { key: { id: "X" }, type: proto.Message.PinInChatMessage.Type.PIN_FOR_ALL },
    }),
  "a new time after which messages vanish": (contact, phone) =>
    contact.send(phone, {
      protocolMessage: {
        type: proto.Message.ProtocolMessage.Type.EPHEMERAL_SETTING,
        ephemeralExpiration: 86_400,
      },
    }),
  "a note to self": (_, phone) => {
    const self = { number: phone.number, jid: phone.jid, lid: phone.lid, acceptFromOwner: () => {} };
    phone.say(self as unknown as Contact, "buy flour");
  },
};

test.each(Object.entries(kept))("what comes %s is confirmed and left alone", async (_, write) => {
  const { here, phone, contact, wire } = await scene();
  write(contact, phone);
  contact.write(phone, "a question");
  await wire.until(() => wire.accepted.length === 1);
  await phone.waitFor(() => phone.pending === 0);
  expect(await here.unanswered(contact)).toEqual(["a question"]);
  expect(await history(here, contact)).toEqual([]);
  const conversations = Object.keys(await here.raw()).filter((key) => key.includes(":conversation:"));
  expect(conversations.filter((key) => !key.includes(contact.lid))).toEqual([]);
  expect((await here.record.view({ organization: "acme", chat: contact.lid })).silentUntil).toBeUndefined();
  expect(phone).toMatchObject({ nacks: [], retryReceipts: 0 });
});

test.each(["pn", "lid"] as const)(
  "what the owner writes on the phone silences the chat and joins its history (%s)",
  async (addressing) => {
    const { here, phone, contact, wire } = await scene();
    here.settings = { ...here.settings, silenceMinutes: 30 };
    contact.write(phone, "do you have bread?");
    await wire.until(() => wire.accepted.length === 1);
    const before = Date.now();
    phone.say(contact, "yes, it is me", { addressing });
    await phone.waitFor(() => phone.pending === 0);
    contact.write(phone, "great");
    await phone.waitFor(() => contact.receipts.length === 2);

    const view = await here.record.view({ organization: "acme", chat: contact.lid });
    expect(view).toMatchObject({ state: "rest", inbound: 0 });
    expect(view.silentUntil).toBeGreaterThanOrEqual(before + 30 * 60_000);
    expect(view.silentUntil).toBeLessThan(before + 31 * 60_000);
    expect(await history(here, contact)).toEqual([
      "customer: do you have bread?",
      "owner: yes, it is me",
      "customer: great",
    ]);
    expect(wire.accepted).toHaveLength(1);
  },
);

test("a message that is too old when it comes is left alone", async () => {
  const { here, phone, contact, wire } = await scene();
  const minutes = (count: number): string => `${Math.floor(Date.now() / 1000) - 60 * count}`;
  const ages = [here.settings.answerUpToMinutes + 1, here.settings.answerUpToMinutes - 1];
  here.simulator.onStanza(({ direction, node }) => {
    if (direction === "to-client" && node.tag === "message") node.attrs["t"] = minutes(ages.shift() ?? 0);
  });
  contact.write(phone, "yesterday's");
  contact.write(phone, "today's");
  await wire.until(() => wire.accepted.length === 1);
  await phone.waitFor(() => phone.pending === 0);
  expect(await here.unanswered(contact)).toEqual(["today's"]);
});

test("a contact's number and LID are one conversation, also where a stanza names the number only", async () => {
  const { here, phone, contact, wire } = await scene();
  contact.write(phone, "by number", { addressing: "pn" });
  contact.write(phone, "by LID", { addressing: "lid" });
  await wire.until(() => wire.accepted.length === 2);
  here.simulator.onStanza(({ node }) => {
    if (node.tag === "message") delete node.attrs["sender_lid"];
  });
  contact.write(phone, "by number alone", { addressing: "pn" });
  await wire.until(() => wire.accepted.length === 3);
  expect(new Set(wire.accepted.map(({ chat }) => chat))).toEqual(new Set([contact.lid]));
  expect(await here.unanswered(contact)).toEqual(["by number", "by LID", "by number alone"]);
});
