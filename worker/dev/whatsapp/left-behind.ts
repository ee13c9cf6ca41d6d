import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Contact } from "./contact.ts";
import { multiFileClient } from "./multi-file-client.ts";
import type { Phone } from "./phone.ts";
import type { WhatsAppSimulator } from "./simulator.ts";

/** What a Baileys process of before has left: its folder, a phone that is linked, and a customer who wrote to it. */
export interface LeftBehind {
  readonly folder: string;
  readonly phone: Phone;
  readonly customer: Contact;
  remove(): Promise<void>;
}

/** Lets one run until it has answered a customer, and stops it for good. */
export async function leaveBehind(whatsapp: WhatsAppSimulator): Promise<LeftBehind> {
  const folder = await mkdtemp(join(tmpdir(), "multi-file-"));
  const phone = whatsapp.phone();
  const pairing = await multiFileClient(whatsapp, folder);
  await phone.scan(await pairing.waitFor(() => pairing.qr));
  await pairing.waitFor(() => pairing.closed === 515);
  await pairing.stop();
  const client = await multiFileClient(whatsapp, folder);
  await client.waitFor(() => client.open);
  const customer = whatsapp.contact();
  customer.write(phone, "before");
  const { from } = await client.waitFor(() => client.received.find(({ text }) => text === "before"));
  await client.send(from, "from before");
  await customer.waitForMessage("from before");
  await client.stop();
  await phone.waitFor(() => phone.connections === 0);
  return { folder, phone, customer, remove: () => rm(folder, { recursive: true }) };
}
