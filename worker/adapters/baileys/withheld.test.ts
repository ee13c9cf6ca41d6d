import { encodeWAMessage, proto } from "@whiskeysockets/baileys";
import { expect, test, vi } from "vitest";
import { useAdapter } from "./adapter-fixture.ts";
import { Withheld } from "./withheld.ts";

const world = useAdapter();

test("what may be seen once, on the phone only, is acknowledged", async () => {
  const here = await world();
  const phone = here.simulator.phone();
  const contact = here.simulator.contact();
  const wire = await here.link(phone);
  contact.showOnce(phone);
  await wire.until(() => wire.accepted.length === 1);
  await phone.waitFor(() => phone.pending === 0);
  const view = await here.record.view({ organization: "acme", chat: contact.lid });
  expect(view).toMatchObject({ inbound: 0, outbound: 1 });
});

test("who writes after an advertisement, which linked devices get from the phone, is answered like everybody", async () => {
  const here = await world();
  const phone = here.simulator.phone();
  const contact = here.simulator.contact();
  const wire = await here.link(phone);
  contact.writeFromAdvertisement(phone, "quero saber mais");
  await wire.until(() => wire.accepted.length === 1);
  expect(wire.accepted).toEqual([{ organization: "acme", chat: contact.lid }]);
  expect(await here.unanswered(contact)).toEqual(["quero saber mais"]);
  await phone.waitFor(() => phone.pending === 0);
  expect(phone.nacks).toEqual([]);
});

const stanza = { tag: "message", attrs: { from: "551@lid", id: "A", t: "1", type: "text" }, content: [] };

function scene() {
  const receive = vi.fn<ConstructorParameters<typeof Withheld>[0]>(async () => {});
  const failed = vi.fn<(error: unknown) => void>();
  return { withheld: new Withheld(receive, failed), receive, failed };
}

test("what the phone does not send in time cannot be read, and is said to be so", async () => {
  vi.useFakeTimers();
  const { withheld, receive } = scene();
  await withheld.noted(stanza);
  await vi.advanceTimersByTimeAsync(11_000);
  expect(receive).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(receive).toHaveBeenCalledExactlyOnceWith(stanza, { placeholderMessage: {} });
  vi.useRealTimers();
});

test("a connection that ended receives nothing any more; a store that fails is reported", async () => {
  vi.useFakeTimers();
  const ended = scene();
  await ended.withheld.noted(stanza);
  ended.withheld.end();
  const failing = scene();
  failing.receive.mockRejectedValue(new Error("the store is gone"));
  await failing.withheld.noted(stanza);
  await vi.advanceTimersByTimeAsync(60_000);
  vi.useRealTimers();
  expect(ended.receive).not.toHaveBeenCalled();
  expect(failing.failed).toHaveBeenCalledOnce();
});

test("what has its content, is for bots, or comes from no person is left to others; bytes that are no message too", async () => {
  const { withheld, receive } = scene();
  const enc = { tag: "enc", attrs: { type: "msg" }, content: Buffer.alloc(1) };
  await withheld.noted({ ...stanza, content: [enc] });
  await withheld.noted({
    ...stanza,
    content: [{ tag: "unavailable", attrs: { type: "bot_unavailable_fanout" } }],
  });
  await withheld.noted({ ...stanza, attrs: { ...stanza.attrs, from: "1@newsletter" } });
  await withheld.resent(Buffer.from("nonsense"));
  await withheld.resent(Buffer.alloc(0));
  withheld.end();
  expect(receive).not.toHaveBeenCalled();
});

test("of more than anybody sends the first ones are awaited", async () => {
  vi.useFakeTimers();
  const { withheld } = scene();
  for (let id = 0; id < 1_100; id++)
    await withheld.noted({ ...stanza, attrs: { ...stanza.attrs, id: `${id}` } });
  expect(vi.getTimerCount()).toBe(1_000);
  withheld.end();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** What the phone sends its devices when it is asked for a message. */
function resending(key: proto.IMessageKey, message?: proto.IMessage): Uint8Array {
  const info = { key, message, messageTimestamp: 7, pushName: "Ana" };
  const webMessageInfoBytes = proto.WebMessageInfo.encode(proto.WebMessageInfo.fromObject(info)).finish();
  const result = { placeholderMessageResendResponse: { webMessageInfoBytes } };
  return encodeWAMessage({
    protocolMessage: { peerDataOperationRequestResponseMessage: { peerDataOperationResult: [result] } },
  });
}

test("what the phone sends in time is received under the stanza that announced it, once", async () => {
  vi.useFakeTimers();
  const { withheld, receive } = scene();
  await withheld.noted(stanza);
  await withheld.resent(resending({ id: "A", remoteJid: "551@lid" }, { conversation: "oi" }));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  expect(receive).toHaveBeenCalledOnce();
  expect(receive.mock.calls[0]).toMatchObject([stanza, { conversation: "oi" }]);
});

test("what another process saw announced is received as a customer's; what the owner wrote, or is empty, is not", async () => {
  const { withheld, receive } = scene();
  await withheld.resent(resending({ id: "A", remoteJid: "551@lid", fromMe: true }, { conversation: "meu" }));
  await withheld.resent(resending({ id: "A", remoteJid: "551@lid" }));
  expect(receive).not.toHaveBeenCalled();
  await withheld.resent(resending({ id: "A", remoteJid: "551@lid" }, { conversation: "oi" }));
  const attrs = { from: "551@lid", id: "A", t: "7", type: "text", notify: "Ana" };
  expect(receive.mock.calls).toMatchObject([[{ tag: "message", attrs }, { conversation: "oi" }]]);
});
