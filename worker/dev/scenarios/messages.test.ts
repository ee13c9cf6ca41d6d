import { expect, test } from "vitest";
import { keysOf } from "../../adapters/redis/keys.ts";
import { Redis } from "ioredis";
import type { AnyMessage, Contact } from "../whatsapp/contact.ts";
import type { Phone } from "../whatsapp/phone.ts";
import { oxy } from "../oxy.ts";
import { linked, useDeployments } from "./scenario-fixture.ts";

const deploy = useDeployments();

const texts = {
  acknowledgement: "Recebi!",
  handOverMessage: "Já vem alguém.",
  callMessage: "Vi que ligou.",
  optOutMessage: "Não mando mais.",
};

type Send = (contact: Contact, phone: Phone) => void;
const sends =
  (message: AnyMessage): Send =>
  (contact, phone) =>
    void contact.send(phone, message);

/** What a customer who sends this reads; undefined for nothing at all. */
const walk: Readonly<Record<string, [send: Send, reads: string | undefined]>> = {
  text: [sends({ conversation: "oi" }), "re: oi"],
  quoted: [
    sends({
      extendedTextMessage: { text: "esse", contextInfo: { quotedMessage: { conversation: "qual?" } } },
    }),
    "re: [em resposta a: qual?]\nesse",
  ],
  vanishing: [sends({ ephemeralMessage: { message: { conversation: "oi" } } }), "re: oi"],
  button: [sends({ buttonsResponseMessage: { selectedDisplayText: "Sim" } }), "re: Sim"],
  "image with words": [sends({ imageMessage: { caption: "tem?" } }), "re: [imagem]\ntem?"],
  location: [
    sends({ locationMessage: { degreesLatitude: 1, degreesLongitude: 2 } }),
    "re: [localização: 1.00000, 2.00000]",
  ],
  image: [sends({ imageMessage: { mimetype: "image/jpeg" } }), texts.acknowledgement],
  voice: [sends({ audioMessage: { ptt: true, seconds: 3 } }), texts.acknowledgement],
  order: [sends({ orderMessage: { itemCount: 2 } }), texts.handOverMessage],
  "opting out": [sends({ conversation: "SAIR!" }), texts.optOutMessage],
  call: [(contact, phone) => void contact.call(phone, "missed"), texts.callMessage],
  "call taken on the phone": [(contact, phone) => void contact.call(phone, "taken"), undefined],
  sticker: [sends({ stickerMessage: {} }), undefined],
  reaction: [sends({ reactionMessage: { text: "👍", key: { id: "A" } } }), undefined],
  group: [(contact, phone) => void contact.write(phone, "oi", { chat: "1203@g.us" }), undefined],
  status: [(contact, phone) => void contact.write(phone, "oi", { chat: "status@broadcast" }), undefined],
  template: [sends({ templateMessage: { hydratedTemplate: { hydratedContentText: "Promo" } } }), undefined],
};

test("every kind of message gets what its row says, and nothing else", async () => {
  const deployment = await deploy();
  await deployment.worker().ready();
  await deployment.addOrganization("ana");
  await deployment.configure("ana", { name: "Ana", ...texts });
  const phone = await deployment.pair("ana");
  const customers = Object.entries(walk).map(([what, [send, reads]]) => {
    const contact = deployment.whatsapp.contact();
    send(contact, phone);
    return { what, contact, reads };
  });
  for (const { contact, reads } of customers)
    if (reads !== undefined) await contact.waitForMessage(reads, 20_000);
  // Whoever got nothing is answered, had they only asked.
  const silent = customers.filter(({ reads }) => reads === undefined);
  for (const { contact } of silent) contact.write(phone, "e agora?");
  for (const { contact } of silent) await contact.waitForMessage("re: e agora?", 20_000);
  await phone.waitFor(() => phone.pending === 0);
  const said = Object.fromEntries(
    customers.map(({ what, contact }) => [what, contact.displayed.map(({ text }) => text)]),
  );
  expect(said).toEqual(
    Object.fromEntries(customers.map(({ what, reads }) => [what, [reads ?? "re: e agora?"]])),
  );
  expect(phone).toMatchObject({ nacks: [], retryReceipts: 0 });
});

test("what is corrected or taken back while it is thought about is answered as it stands then", async () => {
  const thought: string[] = [];
  const slow = Promise.withResolvers<void>();
  const deployment = await deploy({
    answering: async (text) => {
      thought.push(text);
      if (text === "um" || text === "apague isto") await slow.promise;
      return `re: ${text}`;
    },
  });
  await deployment.worker().ready();
  const [phone] = await linked(deployment, ["ana"]);
  const [corrects, takesBack] = [deployment.whatsapp.contact(), deployment.whatsapp.contact()];
  const first = corrects.write(phone!, "um");
  const second = takesBack.write(phone!, "apague isto");
  await expect.poll(() => thought.toSorted(), { timeout: 10_000 }).toEqual(["apague isto", "um"]);

  corrects.edit(phone!, first, "dois");
  takesBack.revoke(phone!, second);
  await corrects.waitForMessage("re: dois");
  takesBack.write(phone!, "outra coisa");
  await takesBack.waitForMessage("re: outra coisa");
  slow.resolve();
  // What was thought about before comes too late, for everybody.
  corrects.write(phone!, "três");
  await corrects.waitForMessage("re: três");
  expect(corrects.displayed.map(({ text }) => text)).toEqual(["re: dois", "re: três"]);
  expect(takesBack.displayed.map(({ text }) => text)).toEqual(["re: outra coisa"]);
});

test("the customer sees that somebody types, then that it was read; what the customer's phone says is kept", async () => {
  const thinking = Promise.withResolvers<void>();
  const deployment = await deploy({
    answering: async (text) => {
      await thinking.promise;
      return `re: ${text}`;
    },
  });
  const worker = deployment.worker();
  await worker.ready();
  const [phone] = await linked(deployment, ["ana"]);
  const customer = deployment.whatsapp.contact();
  customer.readReceipts = true;
  const id = customer.write(phone!, "oi");
  const isRead = () => customer.receipts.some((receipt) => receipt.id === id && receipt.type === "read");
  await customer.waitFor(() => customer.typing.length > 0);
  expect(customer.typing[0]!.on).toBe(true);
  expect(isRead()).toBe(false);
  thinking.resolve();
  const shown = await customer.waitForMessage("re: oi");
  await customer.waitFor(() => customer.typing.at(-1)?.on === false && isRead());

  // The last of it goes with an orderly end.
  expect(await worker.stop()).toBe(0);
  const redis = new Redis(deployment.redisUrl);
  const receipt = await redis.get(`${keysOf(deployment.namespace).prefix}:receipt:ana:${shown.id}`);
  redis.disconnect();
  expect(receipt).toMatch(/^read \d{13}$/);
});

test("a phone is linked by a code that the command shows", async () => {
  const deployment = await deploy();
  await deployment.worker().ready();
  await deployment.addOrganization("ana");
  const phone = deployment.whatsapp.phone({ number: "5511987654321" });
  for await (const answer of oxy(["pair", "ana", "--code", "+55 (11) 98765-4321"], deployment.environment)) {
    expect(answer.kind).not.toBe("qr");
    if (answer.kind !== "code") continue;
    await deployment.whatsapp.waitFor(() => deployment.whatsapp.asksForCode(phone));
    await phone.enterCode(answer["code"] ?? "");
  }
  await phone.waitFor(() => phone.online);
  const customer = deployment.whatsapp.contact();
  customer.write(phone, "oi");
  await customer.waitForMessage("re: oi");
  expect(phone).toMatchObject({ maxConnections: 1, refusedLogins: 0 });
  await expect(async () => {
    for await (const _answer of oxy(["pair", "ana", "--code", "0800"], deployment.environment)) continue;
  }).rejects.toThrow("expected 7 to 15 digits");
});
