import type { BinaryNode } from "@whiskeysockets/baileys";
import { expect, test } from "vitest";
import type { Contact } from "../../dev/whatsapp/contact.ts";
import { bytes, child } from "../../dev/whatsapp/node.ts";
import type { Phone } from "../../dev/whatsapp/phone.ts";
import { useAdapter, type Wire, type World } from "./adapter-fixture.ts";

const world = useAdapter();

interface Scene {
  here: World;
  phone: Phone;
  contact: Contact;
  wire: Wire;
  /** Message stanzas for the client, as they were written. */
  delivered: BinaryNode[];
}

/** @param answered the contact has had an answer, after which its messages are of the plain kind */
async function scene({ answered = false } = {}): Promise<Scene> {
  const here = await world({ latencyMs: 5 });
  const phone = here.simulator.phone();
  const contact = here.simulator.contact();
  const wire = await here.link(phone);
  if (answered) {
    await wire.deliver(contact.lid, "hello");
    await contact.waitForMessage("hello");
  }
  const delivered: BinaryNode[] = [];
  here.simulator.onStanza(({ direction, node }) => {
    if (direction === "to-client" && node.tag === "message") delivered.push(node);
  });
  return { here, phone, contact, wire, delivered };
}

/** Swallows the client's receipts for a message; resolves once the first one was written. */
function withoutReceipt({ simulator }: World, id: string): { swallowed(): Promise<void>; stop(): void } {
  let count = 0;
  const stop = simulator.onStanza(({ direction, node }) => {
    if (direction !== "from-client" || node.tag !== "receipt" || node.attrs["id"] !== id) return undefined;
    count++;
    return "drop";
  });
  return {
    swallowed: async () => {
      // Receipts are followed by other stanzas only by chance, so the simulator is asked again by hand.
      await expect.poll(() => count, { timeout: 10_000 }).toBeGreaterThan(0);
    },
    stop,
  };
}

function cipherOf(message: BinaryNode | undefined): { type: string | undefined; hex: string } {
  const enc = message === undefined ? undefined : child(message, "enc");
  return { type: enc?.attrs["type"], hex: bytes(enc).toString("hex") };
}

const kinds = [
  ["first of its session", { answered: false }, "pkmsg"],
  ["plain", { answered: true }, "msg"],
] as const;

for (const [kind, options, type] of kinds) {
  test(`a ${kind} message whose receipt was lost is answered from the inbox when it comes again`, async () => {
    const { here, phone, contact, wire, delivered } = await scene(options);
    const id = contact.write(phone, "mind the gap");
    const receipt = withoutReceipt(here, id);
    await wire.until(() => wire.accepted.length === 1);
    await receipt.swallowed();
    receipt.stop();
    expect(phone.pending).toBe(1);

    phone.redeliver();
    await phone.waitFor(() => phone.pending === 0);
    expect(delivered.map(cipherOf)).toEqual([cipherOf(delivered[0]), cipherOf(delivered[0])]);
    expect(cipherOf(delivered[0]).type).toBe(type);
    expect(phone).toMatchObject({ nacks: [], retryReceipts: 0 });
    await expectGoesOn({ here, phone, contact, wire }, ["mind the gap"]);
  });

  test(`a ${kind} message that was receipted and comes again is receipted again, and that is all`, async () => {
    const { here, phone, contact, wire } = await scene(options);
    const id = contact.write(phone, "again");
    await phone.waitFor(() => contact.receipts.length === 1);
    phone.redeliver(id);
    await phone.waitFor(() => contact.receipts.length === 2);
    expect(phone).toMatchObject({ nacks: [], retryReceipts: 0, pending: 0 });
    await expectGoesOn({ here, phone, contact, wire }, ["again"]);
  });

  test(`a ${kind} message that was stored by a process that died before its receipt is receipted by the next one`, async () => {
    const { here, phone, contact, wire } = await scene(options);
    const id = contact.write(phone, "stored");
    const receipt = withoutReceipt(here, id);
    await wire.until(() => wire.accepted.length === 1);
    await receipt.swallowed();
    receipt.stop();
    phone.drop();
    await wire.until(() => wire.ending?.kind === "dropped");

    const next = await here.login("acme", { epoch: "8" });
    await phone.waitFor(() => phone.pending === 0);
    expect(contact.receipts).toMatchObject([{ id }]);
    expect(phone).toMatchObject({ nacks: [], retryReceipts: 0 });
    expect(next.accepted).toEqual([]);
    await expectGoesOn({ here, phone, contact, wire: next }, ["stored"]);
  });

  test(`a ${kind} message encrypted anew under its old id is receipted and not accepted twice`, async () => {
    const { here, phone, contact, wire, delivered } = await scene(options);
    const id = contact.write(phone, "once");
    await phone.waitFor(() => contact.receipts.length === 1);
    contact.write(phone, "once", { id });
    await phone.waitFor(() => contact.receipts.length === 2);
    expect(cipherOf(delivered[0]).hex).not.toBe(cipherOf(delivered[1]).hex);
    expect(phone).toMatchObject({ nacks: [], retryReceipts: 0, pending: 0 });
    await expectGoesOn({ here, phone, contact, wire }, ["once"]);
  });
}

test("a redelivery by the other address is the same message", async () => {
  const { here, phone, contact, wire } = await scene();
  const id = contact.write(phone, "once", { addressing: "pn" });
  await phone.waitFor(() => contact.receipts.length === 1);
  contact.write(phone, "once", { id, addressing: "lid" });
  await phone.waitFor(() => contact.receipts.length === 2);
  await expectGoesOn({ here, phone, contact, wire }, ["once"]);
});

test("what came while nobody was connected is accepted in order at the login, before what comes live", async () => {
  const { here, phone, contact, wire } = await scene();
  wire.connection?.terminate();
  await phone.waitFor(() => phone.connections === 0);
  const texts = Array.from({ length: 30 }, (_, index) => `offline ${index + 1}`);
  for (const text of texts) contact.write(phone, text);
  await contact.idle();
  const next = await here.connect();
  await phone.waitFor(() => phone.online);
  contact.write(phone, "live");
  await next.until(() => next.accepted.length === 31);
  await phone.waitFor(() => phone.pending === 0);
  expect(phone).toMatchObject({ nacks: [], retryReceipts: 0 });
  await expectGoesOn({ here, phone, contact, wire: next }, [...texts, "live"]);
});

/** Both directions still work, and the record has these texts and what is written now. */
async function expectGoesOn(
  { here, phone, contact, wire }: Omit<Scene, "delivered">,
  texts: readonly string[],
): Promise<void> {
  const accepted = wire.accepted.length;
  contact.write(phone, "and now");
  await wire.until(() => wire.accepted.length === accepted + 1);
  await wire.deliver(contact.lid, "an answer");
  await contact.waitForMessage("an answer");
  await phone.waitFor(() => phone.pending === 0);
  expect(await here.unanswered(contact)).toEqual([...texts, "and now"]);
  expect(contact.undecryptable).toEqual([]);
  expect(phone).toMatchObject({ nacks: [], retryReceipts: 0 });
}
