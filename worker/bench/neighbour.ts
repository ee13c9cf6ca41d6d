import { setTimeout as delay } from "node:timers/promises";
import { LocalDeployment } from "../dev/deployment.ts";
import type { Contact } from "../dev/whatsapp/contact.ts";
import type { Phone } from "../dev/whatsapp/phone.ts";
import { machine, quantile, quantileInterval, type Benchmark } from "./figure.ts";

const AI_MS = 500;
const QUIET_PER_SECOND = 2;
/** Each writes the next message once it has its answer: as many turns wait at any time. */
const NOISY_CUSTOMERS = 200;
const ROUNDS = 3;

/** How much longer the customers of a quiet organization wait while those of another write without end. */
export const neighbour: Benchmark = async ({ quick, say }) => {
  const seconds = quick ? 5 : 40;
  const deployment = await LocalDeployment.start({
    answering: async (text) => {
      await delay(AI_MS);
      return `re: ${text}`;
    },
    environment: { OXY_RATE_PER_SECOND: "0" },
  });
  try {
    const worker = deployment.worker();
    await worker.ready();
    const phones: Phone[] = [];
    for (const organization of ["quiet", "noisy"]) {
      await deployment.addOrganization(organization);
      phones.push(await deployment.pair(organization));
    }
    const [quiet, noisy] = phones as [Phone, Phone];
    const customers = Array.from({ length: 40 }, () => deployment.whatsapp.contact());
    const crowd = Array.from({ length: quick ? 60 : NOISY_CUSTOMERS }, () => deployment.whatsapp.contact());
    await measure(customers, quiet, 3);

    const alone: number[] = [];
    const besides: number[] = [];
    let answered = 0;
    for (let round = 0; round < (quick ? 1 : ROUNDS); round++) {
      say(`neighbour: round ${round + 1}, alone`);
      alone.push(...(await measure(customers, quiet, seconds)));
      say(`neighbour: round ${round + 1}, beside ${crowd.length} customers of another organization`);
      const noise = new AbortController();
      const all = crowd.map((contact, index) => chat(contact, noisy, `n${round}-${index}`, noise.signal));
      await delay(2_000);
      besides.push(...(await measure(customers, quiet, seconds)));
      noise.abort();
      for (const count of await Promise.all(all)) answered += count;
    }
    const [value, baseline] = [quantile(besides, 0.95), quantile(alone, 0.95)];
    return [
      {
        name: "p95 of a quiet organization beside a noisy one",
        value,
        unit: "ms",
        interval: quantileInterval(besides, 0.95),
        baseline: { what: "the same alone, in the same run", value: baseline },
        ratio: value / baseline,
        setUp:
          `${QUIET_PER_SECOND} messages/s of the quiet one, ${seconds} s by turns alone and beside ${crowd.length} customers of the noisy ` +
          `one who write again as soon as they are answered (${answered} answers), an AI of ${AI_MS} ms, 50 turns at once; ` +
          `from writing to reading the answer; ${machine()}`,
      },
    ];
  } finally {
    await deployment.stop();
  }
};

let messages = 0;

/** Ms from writing to reading the answer, of messages at an even pace. */
async function measure(customers: readonly Contact[], phone: Phone, seconds: number): Promise<number[]> {
  const waits: Promise<number>[] = [];
  const began = performance.now();
  for (let number = 0; number < seconds * QUIET_PER_SECOND; number++) {
    await delay(Math.max(0, began + (number * 1_000) / QUIET_PER_SECOND - performance.now()));
    const contact = customers[number % customers.length]!;
    const text = `q${++messages}`;
    const wroteAt = performance.now();
    contact.write(phone, text);
    waits.push(contact.waitForMessage(`re: ${text}`, 120_000).then(() => performance.now() - wroteAt));
  }
  return await Promise.all(waits);
}

async function chat(contact: Contact, phone: Phone, name: string, stop: AbortSignal): Promise<number> {
  let number = 0;
  for (; !stop.aborted; number++) {
    contact.write(phone, `${name} ${number}`);
    await contact.waitForMessage(`re: ${name} ${number}`, 120_000);
  }
  return number;
}
