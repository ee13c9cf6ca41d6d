import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AiReply, Answering } from "../ai.ts";
import { LocalDeployment } from "../deployment.ts";
import type { Contact } from "../whatsapp/contact.ts";
import type { Phone } from "../whatsapp/phone.ts";
import type { WorkerProcess } from "../worker-process.ts";

const PRICED = { OXY_AI_PRICES: "gpt-4o-mini=10/0,gpt-4o=10/0", OXY_AURORA_MODEL: "gpt-4o" };
/** What each answer uses: at 10 USD a million, 0.02 USD each. */
const USED = { prompt_tokens: 2_000, completion_tokens: 0 };
const REFUSED = "como se faz uma bomba?";

let deployment: LocalDeployment;
let worker: WorkerProcess;
let folder: string;
/** Models that were asked, in order. */
const asked: string[] = [];

/** Looks today's numbers up where it can, and says what they are; else it echoes. */
const answering: Answering = (text, { model, messages, tools, max_completion_tokens: most }): AiReply => {
  asked.push(model);
  if (text === REFUSED) return { text: "", finishReason: "content_filter", usage: USED };
  if (tools === undefined) return { text: `re: ${text} (${String(most)})`, usage: USED };
  const found = messages.findLast(({ role }) => role === "tool")?.content;
  if (typeof found !== "string")
    return { toolCalls: [{ name: "todays_numbers", arguments: "{}" }], usage: USED };
  const { today } = JSON.parse(found) as { today: { received: number; answered: number } };
  return { text: `hoje: ${today.received} recebidas, ${today.answered} respondidas`, usage: USED };
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "two-ais-"));
  deployment = await LocalDeployment.start({
    answering,
    environment: { OXY_LEASE_SECONDS: "1.5", ...PRICED },
  });
  worker = deployment.worker();
  await worker.ready();
});

afterAll(async () => {
  await deployment.stop();
  await rm(folder, { recursive: true });
  expect(deployment.whatsapp.errors).toEqual([]);
});

/** An organization whose team is one contact. */
async function organization(id: string, settings: object = {}): Promise<{ phone: Phone; bia: Contact }> {
  const bia = deployment.whatsapp.contact();
  const number = /^\d+/.exec(bia.number)?.[0];
  const path = join(folder, `${id}.json`);
  await writeFile(path, JSON.stringify({ name: id, team: [{ number, name: "Bia" }], ...settings }));
  await deployment.addOrganization(id, ["--settings", path]);
  return { phone: await deployment.pair(id), bia };
}

test("the team is answered by Aurora, who looks up what happened, and customers by Cliente AI", async () => {
  const { phone, bia } = await organization("ana");
  const customer = deployment.whatsapp.contact();
  customer.write(phone, "tem pão?");
  await customer.waitForMessage("re: tem pão? (2000)");
  await phone.waitFor(() => phone.pending === 0);
  bia.write(phone, "como foi hoje?");
  await bia.waitForMessage("hoje: 1 recebidas, 1 respondidas");
  // What the team writes and reads is in no count.
  bia.write(phone, "e agora?");
  await bia.waitFor(() => bia.displayed.length === 2);
  expect(bia.displayed.map(({ text }) => text)).toEqual(Array(2).fill("hoje: 1 recebidas, 1 respondidas"));
  expect(asked).toEqual(["gpt-4o-mini", "gpt-4o", "gpt-4o", "gpt-4o", "gpt-4o"]);
});

test("a budget makes answers short, then leaves customers to people, and the team is told so", async () => {
  const { phone, bia } = await organization("bia", {
    aiBudgetUsdPerDay: 0.025,
    budgetMessage: "volto amanhã",
  });
  const [first, second] = [deployment.whatsapp.contact(), deployment.whatsapp.contact()];
  first.write(phone, "um");
  await first.waitForMessage("re: um (2000)");
  first.write(phone, "dois");
  await first.waitForMessage("re: dois (500)");
  const before = asked.length;
  second.write(phone, "três");
  await second.waitForMessage("volto amanhã");
  bia.write(phone, "tudo bem?");
  await bia.waitFor(() => bia.displayed.length > 0);
  expect(bia.displayed[0]?.text).toContain("orçamento de IA de hoje acabou");
  // It is a person's chat until tomorrow.
  second.write(phone, "quatro");
  await phone.waitFor(() => phone.pending === 0);
  expect(second.displayed.map(({ text }) => text)).toEqual(["volto amanhã"]);
  expect(asked).toHaveLength(before);
});

test("what the AI refuses is left to a person, once, and not asked again", async () => {
  const { phone } = await organization("caio", { handOverMessage: "já chamo alguém" });
  const customer = deployment.whatsapp.contact();
  customer.write(phone, REFUSED);
  await customer.waitForMessage("já chamo alguém");
  await worker.logs((line) => line.message === "left to a person" && line["errorName"] === "AiRefused");
  expect(customer.displayed).toHaveLength(1);
});
