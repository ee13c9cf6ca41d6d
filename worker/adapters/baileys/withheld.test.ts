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
