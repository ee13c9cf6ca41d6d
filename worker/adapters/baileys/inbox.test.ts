import { encodeWAMessage, proto, type AuthenticationCreds } from "@whiskeysockets/baileys";
import { expect, test, vi } from "vitest";
import type { Inbound, Received } from "../../conversation/inbound.ts";
import type { ConversationRecord } from "../../conversation/record.ts";
import type { Conversation } from "../../conversation/types.ts";
import { organizationSettings } from "../../sessions/organization.ts";
import type { ConnectionEvents } from "../../sessions/whatsapp.ts";
import type { Addresses } from "./addresses.ts";
import { Inbox } from "./inbox.ts";

const ANA = "551@lid";
const ME = { id: "5511911111111:3@s.whatsapp.net", lid: "999:3@lid" };
const place = { chat: ANA, number: undefined };

/** An inbox whose record keeps what it is given as it is. */
function inboxOf(settings: object = {}) {
  const read = vi.fn<(chat: string, ids: readonly string[]) => void>();
  const accepted = vi.fn<(conversation: Conversation) => void>();
  const inbox = new Inbox({
    organization: "acme",
    settings: () => organizationSettings.parse({ name: "Padaria", ...settings }),
    creds: { me: ME } as unknown as AuthenticationCreds,
    addresses: {} as unknown as Addresses,
    record: { encode: (_: Conversation, inbound: Inbound) => inbound } as unknown as ConversationRecord,
    log: { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} },
    events: { accepted, leftAlone: () => {} } as unknown as ConnectionEvents,
    read,
  });
  return { inbox, read, accepted };
}

const stanza = (attrs: Record<string, string>) => ({
  tag: "message",
  attrs: { from: ANA, id: "A1", t: `${Math.floor(Date.now() / 1000)}`, type: "text", ...attrs },
});
const meant = (attrs: Record<string, string>, message: proto.IMessage) =>
  inboxOf().inbox.decrypted(stanza(attrs), place, encodeWAMessage(message));

test("a change names what it changes as that was named, also where WhatsApp would not make such an id", () => {
  const [id, other] = ["ação 1", "x y"];
  const said = meant({ id }, { conversation: "oi" }).item;
  expect(said["id"]).toMatch(/^[0-9a-f]{64}$/);
  const change = { key: { id }, type: proto.Message.ProtocolMessage.Type.MESSAGE_EDIT };
  const edit = { protocolMessage: { ...change, editedMessage: { conversation: "olá" } } };
  expect(meant({ id: other }, edit).item).toMatchObject({ kind: "edit", of: said["id"] });
  const revoke = { protocolMessage: { key: { id }, type: proto.Message.ProtocolMessage.Type.REVOKE } };
  expect(meant({ id: other }, revoke).item).toMatchObject({ kind: "revoke", of: said["id"] });
});

test("Baileys sees nothing of what others wrote, and all of what our own devices did", () => {
  const message = { conversation: "oi" };
  expect(meant({}, message).plain).toEqual(Uint8Array.of(1));
  const own = meant({ from: ME.lid, recipient: ANA }, message).plain;
  expect(own.length).toBeGreaterThan(4);
});

test("what the phone tells its devices among each other is nobody's word, and silences nobody", () => {
  const message = { conversation: "oi" };
  expect(meant({ from: ME.lid, recipient: ANA }, message).item).toMatchObject({ kind: "owner" });
  const told = meant({ from: ME.lid, recipient: ANA, category: "peer" }, message).item;
  expect(told).toMatchObject({ kind: "other" });
  expect(meant({ from: ME.lid, recipient: ME.id }, message).item).toMatchObject({ kind: "other" });
});

test("only messages of others are read, as the organization wants it, and none twice", () => {
  const seen = (settings: object, attrs: Record<string, string>, received: Received): unknown[] => {
    const { inbox, read } = inboxOf(settings);
    inbox.report(stanza(attrs), place, [received]);
    return read.mock.calls;
  };
  const onArrival = { readReceipts: "on-arrival" };
  expect(seen(onArrival, {}, "stored")).toEqual([[ANA, ["A1"]]]);
  expect(seen(onArrival, { from: ME.lid, recipient: ANA }, "silenced")).toEqual([]);
  for (const received of ["remembered", "repeated"] as const)
    expect(seen(onArrival, {}, received)).toEqual([]);
  expect(seen({}, {}, "stored")).toEqual([]);
  expect(seen({}, {}, "handed")).toEqual([[ANA, ["A1"]]]);
  expect(seen({ readReceipts: "never" }, {}, "handed")).toEqual([]);
});

test("whoever is to be answered, sent something or thought of again is looked at, and nobody else", () => {
  const looked = (["stored", "acknowledged", "handed", "opted-out", "changed"] as const).map((received) => {
    const { inbox, accepted } = inboxOf();
    inbox.report(stanza({}), place, [received]);
    return accepted.mock.calls.length;
  });
  expect(looked).toEqual([1, 1, 1, 1, 1]);
  for (const received of ["silenced", "remembered", "repeated"] as const) {
    const { inbox, accepted } = inboxOf();
    inbox.report(stanza({}), place, [received]);
    expect(accepted).not.toHaveBeenCalled();
  }
});
