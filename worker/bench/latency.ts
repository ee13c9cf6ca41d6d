import { setTimeout as delay } from "node:timers/promises";
import { LocalDeployment } from "../dev/deployment.ts";
import type { Phone } from "../dev/whatsapp/phone.ts";
import { machine, quantile, quantileInterval, type Benchmark } from "./figure.ts";
import { rawJobs } from "./raw-bullmq.ts";

const PER_SECOND = 10;
const ORGANIZATIONS = 10;
/** Many more than are under way at once, so that a reply on the wire tells which message it answers. */
const CONTACTS = 300;
const AI_MS = [1_000, 3_000] as const;
const WARM_UP = 300;

interface Exchange {
  readonly arrivedAt: number;
  aiMs: number;
  ackedAt: number;
}

/**
 * From the stanza's arrival at the worker's socket to the server's ack of the answer, without the time that the AI took: seen
 * from outside, on the wire.
 */
export const latency: Benchmark = async ({ quick, say }) => {
  const seconds = quick ? 20 : 300;
  const warmUp = quick ? 50 : WARM_UP;
  const asked = new Map<string, number>();
  const deployment = await LocalDeployment.start({
    answering: async (text) => {
      const began = performance.now();
      await delay(AI_MS[0] + Math.random() * (AI_MS[1] - AI_MS[0]));
      asked.set(text, performance.now() - began);
      return `re: ${text}`;
    },
    environment: { OXY_RATE_PER_SECOND: "0" },
  });
  try {
    const worker = deployment.worker();
    await worker.ready();
    const phones: Phone[] = [];
    for (let index = 0; index < ORGANIZATIONS; index++) {
      await deployment.addOrganization(`org-${index}`);
      phones.push(await deployment.pair(`org-${index}`));
    }
    const contacts = Array.from({ length: CONTACTS }, () => deployment.whatsapp.contact());
    const exchanges = new Map<string, Exchange>();
    const open = new Map<string, { text: string; exchange: Exchange }>();
    const texts = new Map<string, string>();
    deployment.whatsapp.onStanza(({ direction, node }) => {
      if (node.tag !== "message") return;
      const now = performance.now();
      const text = texts.get(node.attrs["id"] ?? "");
      if (direction === "to-client" && text !== undefined) {
        const exchange = { arrivedAt: now, aiMs: 0, ackedAt: 0 };
        open.set(addressOf(node.attrs["from"]), { text, exchange });
        exchanges.set(text, exchange);
      } else if (direction === "from-client") {
        // The server acks in the same breath.
        const answered = open.get(addressOf(node.attrs["to"]));
        if (answered !== undefined) answered.exchange.ackedAt = now;
      }
    });
    const write = (index: number): void => {
      const contact = contacts[index % CONTACTS]!;
      const text = `m${index}`;
      texts.set(contact.write(phones[index % ORGANIZATIONS]!, text, { addressing: "lid" }), text);
    };
    const began = performance.now();
    const total = warmUp + seconds * PER_SECOND;
    for (let index = 0; index < total; index++) {
      await delay(Math.max(0, began + (index * 1_000) / PER_SECOND - performance.now()));
      write(index);
      if (index % (60 * PER_SECOND) === 0) say(`latency: ${index} of ${total} messages`);
    }
    await Promise.all(
      lastTexts(total).map(([contact, text]) => contacts[contact]!.waitForMessage(text, 60_000)),
    );
    const waits = [...exchanges].slice(warmUp).flatMap(([text, { arrivedAt, ackedAt }]) => {
      const aiMs = asked.get(text);
      return ackedAt === 0 || aiMs === undefined ? [] : [ackedAt - arrivedAt - aiMs];
    });
    const lost = total - warmUp - waits.length;
    say(`latency: ${lost} of ${total - warmUp} without an answer; raw BullMQ at the same rate`);
    const raw = await rawJobs({ perSecond: PER_SECOND, seconds: quick ? 10 : 60 });
    const setUp =
      `${PER_SECOND} messages/s for ${seconds} s, ${ORGANIZATIONS} numbers, ${CONTACTS} customers, an AI of ${AI_MS.join(" to ")} ms; ` +
      `the worker's sources in one process, simulator, AI and customers in another; ${lost} lost; ${machine()}`;
    const figure = (name: string, q: number) => {
      const [value, baseline] = [quantile(waits, q), quantile(raw, q)];
      return {
        name: `arrival to acked, without the AI, ${name}`,
        value,
        unit: "ms",
        interval: quantileInterval(waits, q),
        baseline: { what: "a job of raw BullMQ from add to completed, at the same rate", value: baseline },
        ratio: value / baseline,
        setUp,
      };
    };
    const p99 = figure("p99", 0.99);
    return [figure("p50", 0.5), { ...p99, aim: { what: "p99 ≤ 25 ms", met: p99.value <= 25 } }];
  } finally {
    await deployment.stop();
  }

  function lastTexts(total: number): [contact: number, text: string][] {
    return Array.from({ length: CONTACTS }, (_, back) => total - 1 - back)
      .filter((index) => index >= 0)
      .map((index) => [index % CONTACTS, `re: m${index}`]);
  }
};

function addressOf(jid: string | undefined): string {
  return (jid ?? "").replace(/(:\d+)?@.*$/, "");
}
