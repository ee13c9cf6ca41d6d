import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AiRefusal } from "../ai.ts";
import { LocalDeployment } from "../deployment.ts";
import type { Contact } from "../whatsapp/contact.ts";
import type { Phone } from "../whatsapp/phone.ts";
import type { WorkerProcess } from "../worker-process.ts";

const HOLDING = "um momento";
const FALLBACK = "sem resposta agora";
const OBJECTIVE_MS = 1_500;
const SLOW_MS = 2_500;
const TIMEOUT_MS = 3_500;

/** What the AI was asked: the talk without instructions, as `role: text`. */
type Question = readonly string[];

/** A customer, and the AI as it behaves towards them. */
interface Talk {
  readonly customer: Contact;
  readonly questions: Question[];
  /** Answers a question by its number, from 1. */
  readonly answer: (number: number) => string | Promise<string>;
  /** What the customer has read in the end, when nothing is under way any more. */
  expected: readonly string[];
}

let deployment: LocalDeployment;
let worker: WorkerProcess;
let phone: Phone;
/** By the first message of the customer. */
const talks = new Map<string, Talk>();

beforeAll(async () => {
  deployment = await LocalDeployment.start({
    answering: async (_text, { messages }) => {
      const question = messages
        .filter(({ role }) => role !== "system")
        .map(({ role, content }) => `${role}: ${typeof content === "string" ? content : ""}`);
      const talk = talks.get(question[0]?.replace("user: ", "") ?? "");
      talk?.questions.push(question);
      return (await talk?.answer(talk.questions.length)) ?? "";
    },
    environment: {
      OXY_AI_ATTEMPTS: "3",
      OXY_AI_BACKOFF_MS: "100",
      OXY_AI_TIMEOUT_MS: `${TIMEOUT_MS}`,
      OXY_REPLY_OBJECTIVE_MS: `${OBJECTIVE_MS}`,
    },
  });
  worker = deployment.worker({ OXY_LEASE_SECONDS: "1" });
  await worker.ready();
  await deployment.addOrganization("ana", ["--holding-message", HOLDING, "--fallback-message", FALLBACK]);
  phone = await deployment.pair("ana");
});

/** An orderly end waits for what is under way: after it, nobody may have read more than was expected. */
afterAll(async () => {
  const code = await worker.stop();
  const read = [...talks].map(([first, { customer }]) => [first, customer.displayed.map(({ text }) => text)]);
  await deployment.stop();
  expect(code).toBe(0);
  expect(read).toEqual([...talks].map(([first, { expected }]) => [first, expected]));
  expect(deployment.whatsapp.errors).toEqual([]);
});

/** A customer writes a first message, which tells the talks apart. */
function write(first: string, expected: readonly string[], answer: Talk["answer"]): Talk {
  const customer = deployment.whatsapp.contact();
  const talk = { customer, questions: [], answer, expected };
  talks.set(first, talk);
  customer.write(phone, first);
  return talk;
}

test.concurrent("an AI that fails for good: one fallback message, and the next message brings up what was not answered", async () => {
  let broken = true;
  const { customer, questions } = write("quanto custa?", [FALLBACK, "estou de volta"], () => {
    if (broken) throw new AiRefusal(500);
    return "estou de volta";
  });
  await customer.waitForMessage(FALLBACK);
  // One request an attempt: the SDK's own retries would multiply them.
  expect(questions).toHaveLength(3);
  await delay(300);
  expect(questions).toHaveLength(3);
  broken = false;
  customer.write(phone, "oi?");
  await customer.waitForMessage("estou de volta");
  expect(questions).toHaveLength(4);
  expect(questions.at(-1)).toEqual(["user: quanto custa?", "user: oi?"]);
});

test.concurrent("an AI that hangs is given up at the hard timeout, and the next attempt answers", async () => {
  const { customer, questions } = write("responde?", [HOLDING, "aqui está"], async (number) => {
    if (number === 1) await delay(3 * TIMEOUT_MS, undefined, { ref: false });
    return "aqui está";
  });
  await customer.waitForMessage("aqui está");
  expect(questions).toEqual([["user: responde?"], ["user: responde?"]]);
});

test.concurrent("an empty answer is a failed attempt", async () => {
  const { customer, questions } = write("e aí?", ["agora sim"], (number) =>
    number === 1 ? " " : "agora sim",
  );
  await customer.waitForMessage("agora sim");
  await worker.logs((line) => line.message === "attempt failed" && line["errorName"] === "NoAnswer");
  expect(questions).toHaveLength(2);
});

test.concurrent("an answer that takes long: the holding message once, past the objective, then the answer", async () => {
  const wroteAt = Date.now();
  const { customer, questions } = write("demora?", [HOLDING, "pronto"], async () => {
    await delay(SLOW_MS);
    return "pronto";
  });
  const held = await customer.waitForMessage(HOLDING);
  expect(held.at - wroteAt).toBeGreaterThanOrEqual(OBJECTIVE_MS);
  expect(held.at - wroteAt).toBeLessThan(SLOW_MS);
  await customer.waitForMessage("pronto");
  expect(questions).toHaveLength(1);
});

test.concurrent("the holding message goes out once, however many attempts a turn takes", async () => {
  const { customer, questions } = write("tenta de novo?", [HOLDING, "na terceira"], async (number) => {
    await delay(OBJECTIVE_MS * 0.6);
    if (number < 3) throw new AiRefusal(503);
    return "na terceira";
  });
  await customer.waitForMessage("na terceira");
  expect(questions).toHaveLength(3);
});

test.concurrent("what arrives while a turn is thought joins the next one, in order", async () => {
  const asked = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const { customer, questions } = write("um", ["resposta 1", "resposta 2"], async (number) => {
    if (number === 1) {
      asked.resolve();
      await goOn.promise;
    }
    return `resposta ${number}`;
  });
  await asked.promise;
  for (const text of ["dois", "três", "quatro"]) customer.write(phone, text);
  await customer.waitFor(() => customer.receipts.length >= 4);
  goOn.resolve();
  await customer.waitForMessage("resposta 2");
  expect(questions).toEqual([
    ["user: um"],
    ["user: um", "assistant: resposta 1", "user: dois", "user: três", "user: quatro"],
  ]);
});
