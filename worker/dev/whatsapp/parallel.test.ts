import { expect, test } from "vitest";
import { carefulRepository } from "./careful-repository.ts";
import type { Contact } from "./contact.ts";
import type { Phone } from "./phone.ts";
import { Stage } from "./stage.ts";
import type { StockClient } from "./stock-client.ts";

const MESSAGES = 40;
const stage = new Stage();

interface Conversation {
  phone: Phone;
  contact: Contact;
  client: StockClient;
}

/** Two phones with two contacts each, and everybody writes at once. */
async function converse(
  phones: Phone[],
  login: (phone: Phone) => Promise<StockClient>,
  write: (conversation: Conversation, count: number) => Promise<void>,
): Promise<StockClient[]> {
  const contacts = [stage.simulator.contact(), stage.simulator.contact()];
  const clients: StockClient[] = [];
  const conversations: Conversation[] = [];
  for (const phone of phones) {
    const client = await login(phone);
    clients.push(client);
    for (const contact of contacts) conversations.push({ phone, contact, client });
  }
  await Promise.all(
    conversations.map(async (conversation) => {
      for (let count = 0; count < MESSAGES; count++) await write(conversation, count);
    }),
  );
  for (const contact of contacts) {
    await contact.waitFor(() => contact.displayed.length === phones.length * MESSAGES, 30_000);
  }
  for (const client of clients) {
    const ids = () => new Set(client.received.filter(({ fromMe }) => !fromMe).map(({ id }) => id));
    await client.waitFor(() => ids().size === contacts.length * MESSAGES, 30_000);
  }
  for (const phone of phones) await phone.waitFor(() => phone.pending === 0);
  return clients;
}

test("two phones and two contacts talk at the same time and lose nothing", async () => {
  const phones = [stage.simulator.phone(), stage.simulator.phone()];
  await converse(
    phones,
    async (phone) => await stage.linked(phone, { maxMsgRetryCount: 20 }),
    async ({ phone, contact, client }, count) => {
      contact.write(phone, `to ${phone.number}: ${count}`);
      await client.send(contact.jid, `from ${phone.number}: ${count}`);
    },
  );
  for (const phone of phones) expect(phone).toMatchObject({ maxConnections: 1, totalConnections: 1 });
});

test("with a client whose ratchets make no mistakes, not one message needs a second attempt", async () => {
  const { simulator } = stage;
  const phones = [simulator.phone(), simulator.phone()];
  const clients = await converse(
    phones,
    async (phone) => {
      const account = await stage.pair(phone);
      return await stage.login(account, { makeSignalRepository: carefulRepository(account) });
    },
    async ({ phone, contact, client }, count) => {
      contact.write(phone, `to ${phone.number}: ${count}`, { addressing: count % 3 === 0 ? "lid" : "pn" });
      await client.send(count % 2 === 0 ? contact.lid : contact.jid, `from ${phone.number}: ${count}`);
    },
  );
  for (const contact of simulator.contacts) {
    expect(contact).toMatchObject({ undecryptable: [], suppressed: [] });
    expect(contact.wire).toHaveLength(phones.length * MESSAGES);
  }
  for (const phone of phones) expect(phone).toMatchObject({ retryReceipts: 0, nacks: [], unreadable: [] });
  for (const client of clients)
    expect(client.received.filter(({ fromMe }) => !fromMe)).toHaveLength(2 * MESSAGES);
});
