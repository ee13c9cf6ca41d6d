import { expect, test } from "vitest";
import type { Contact } from "../../dev/whatsapp/contact.ts";
import type { Phone } from "../../dev/whatsapp/phone.ts";
import { LONG_MS, numbered, UNANSWERED_MAX, useAdapter, type Wire, type World } from "./adapter-fixture.ts";

const world = useAdapter();

interface Exchange {
  readonly count: number;
  /** Where the n-th message goes, and from which of its addresses the contact writes its n-th. */
  to(contact: Contact, index: number): string;
  addressing(index: number): "pn" | "lid";
}

/** Both write at once, as fast as they can. */
async function exchange(
  phone: Phone,
  contact: Contact,
  wire: Wire,
  { count, to, addressing }: Exchange,
): Promise<void> {
  const before = wire.accepted.length;
  const inbound = numbered(`${phone.number} in `, count);
  for (const [index, text] of inbound.entries())
    contact.write(phone, text, { addressing: addressing(index) });
  for (const [index, text] of numbered(`${phone.number} out `, count).entries())
    await wire.send(to(contact, index), text);
  await wire.until(() => wire.accepted.length === before + count, LONG_MS);
  await contact.waitFor(() => shown(contact, phone).length === count, LONG_MS);
  await phone.waitFor(() => phone.pending === 0);
}

function shown(contact: Contact, phone: Phone): string[] {
  return contact.displayed.filter((message) => message.phone === phone).map(({ text }) => text);
}

async function expectAllOnce(
  here: World,
  phone: Phone,
  contact: Contact,
  wire: Wire,
  count: number,
): Promise<void> {
  expect(shown(contact, phone)).toEqual(numbered(`${phone.number} out `, count));
  const inbound = numbered(`${phone.number} in `, count);
  expect(await here.unanswered(contact, wire.organization)).toEqual(inbound.slice(-UNANSWERED_MAX));
  const chat = { organization: wire.organization, chat: contact.lid };
  expect(wire.accepted.filter(({ chat: of }) => of === contact.lid)).toEqual(wire.accepted.map(() => chat));
  expect(contact.undecryptable).toEqual([]);
  expect(phone.unreadable).toEqual([]);
  expect(phone.mirrored.map(({ text }) => text)).toEqual(numbered(`${phone.number} out `, count));
  expect(phone).toMatchObject({ retryReceipts: 0, nacks: [], totalConnections: 1 });
}

const ways: Record<string, Exchange> = {
  "by number": { count: 1_000, to: ({ jid }) => jid, addressing: () => "pn" },
  "by LID": { count: 200, to: ({ lid }) => lid, addressing: () => "lid" },
  "now by number, now by LID": {
    count: 200,
    to: ({ jid, lid }, index) => (index % 3 === 0 ? jid : lid),
    addressing: (index) => (index % 2 === 0 ? "pn" : "lid"),
  },
};

test.each(Object.entries(ways))(
  "both sides write at once %s, over a store some milliseconds away: all is shown and accepted once, in order",
  async (name, way) => {
    const here = await world({ latencyMs: 5 });
    const phone = here.simulator.phone();
    const contact = here.simulator.contact();
    const wire = await here.link(phone);
    const writes = here.redis.writes;
    const began = performance.now();
    await exchange(phone, contact, wire, way);
    const seconds = (performance.now() - began) / 1_000;
    const messages = way.count * 2;
    process.stdout.write(
      `${name}: ${Math.round(messages / seconds)} messages/s, ${((here.redis.writes - writes) / messages).toFixed(2)} writes per message\n`,
    );
    await expectAllOnce(here, phone, contact, wire, way.count);
  },
  LONG_MS,
);

test("two phones that share a contact in one process do not disturb each other", async () => {
  const count = 100;
  const here = await world({ latencyMs: 5 });
  const phones = [here.simulator.phone(), here.simulator.phone()];
  const contact = here.simulator.contact();
  const wires: Wire[] = [];
  for (const [index, phone] of phones.entries()) wires.push(await here.link(phone, `organization-${index}`));
  const way: Exchange = {
    count,
    to: ({ jid, lid }, index) => (index % 2 === 0 ? jid : lid),
    addressing: (index) => (index % 3 === 0 ? "pn" : "lid"),
  };
  await Promise.all(phones.map((phone, index) => exchange(phone, contact, wires[index]!, way)));
  for (const [index, phone] of phones.entries())
    await expectAllOnce(here, phone, contact, wires[index]!, count);
});
