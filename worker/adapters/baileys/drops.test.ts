import { expect, test, vi } from "vitest";
import { LONG_MS, numbered, UNANSWERED_MAX, useAdapter, type World } from "./adapter-fixture.ts";
import type { Phone } from "../../dev/whatsapp/phone.ts";

const world = useAdapter();

/** How many messages may wait, so that a login and what it delivers mostly fit between two cuts. */
const AHEAD = 15;

/** Cuts the phone's connection at whatever stanza comes to be the one, in either direction. */
function cutAtRandom({ simulator }: World, phone: Phone, everyStanzas: number): () => number {
  let cuts = 0;
  const within = (): number => 1 + Math.floor(Math.random() * 2 * everyStanzas);
  let left = within();
  const stop = simulator.onStanza(({ phone: whose }) => {
    if (whose !== phone || --left > 0) return undefined;
    left = within();
    cuts++;
    phone.drop();
    return Math.random() < 0.5 ? "drop" : undefined;
  });
  return () => {
    stop();
    return cuts;
  };
}

test.each([0, 5])(
  "a connection that drops at random moments loses nothing, breaks no session and shows nothing twice (%i ms to the store)",
  async (latencyMs) => {
    const count = 200;
    const here = await world({ latencyMs });
    const phone = here.simulator.phone();
    const contact = here.simulator.contact();
    const talk = here.talk();
    await talk.link(phone);
    const stop = cutAtRandom(here, phone, 80);

    const inbound = numbered("in ", count);
    const outbound = numbered("out ", count);
    await talk.enqueue(contact.lid, outbound);
    for (const [index, text] of inbound.entries()) {
      await here.until(() => talk.accepted.length > index - AHEAD);
      contact.write(phone, text, { addressing: Math.random() < 0.5 ? "pn" : "lid" });
    }
    await contact.waitFor(() => contact.displayed.length >= count);
    await here.until(() => talk.accepted.length >= count);
    const cuts = stop();
    // Whatever the last cut left unsaid.
    phone.drop();
    await phone.waitFor(() => phone.online && phone.pending === 0);
    const conversation = { organization: "acme", chat: contact.lid };
    await vi.waitUntil(async () => (await here.record.view(conversation)).outbound === 0, {
      timeout: 10_000,
    });

    process.stdout.write(
      `${latencyMs} ms: ${cuts} cuts, ${talk.opened} logins, ${contact.suppressed.length} wire duplicates, ${
        phone.receipts.filter(({ type }) => type !== "retry").length - count
      } further receipts\n`,
    );
    expect(cuts).toBeGreaterThan(5);
    expect(contact.displayed.map(({ text }) => text)).toEqual(outbound);
    expect(contact.undecryptable).toEqual([]);
    expect(phone.unreadable).toEqual([]);
    expect(phone).toMatchObject({ nacks: [], retryReceipts: 0, conflicts: 0 });
    expect((await here.record.view(conversation)).refused).toEqual([]);
    expect(await here.unanswered(contact)).toEqual(inbound.slice(-UNANSWERED_MAX));
    expect(talk.accepted).toHaveLength(count);
  },
  LONG_MS,
);
