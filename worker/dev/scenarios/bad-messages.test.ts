import { readFile } from "node:fs/promises";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { keysOf } from "../../adapters/redis/keys.ts";
import { conversationKeys } from "../../conversation/keys.ts";
import type { Answering } from "../ai.ts";
import type { WorkerProcess } from "../worker-process.ts";
import { linked, useDeployments } from "./scenario-fixture.ts";

const deploy = useDeployments();
/** At once, which is more than a minute's: what is read before it is handled would not fit into the worker's memory. */
const FLOOD = 10_000;
const ANSWER_MS = 30_000;
/** Messages that wait for an answer at the most, and what is remembered; the rest of a prompt is instructions. */
const PROMPT_MAX = 100 + 40 + 5;

/** Answers with the end of what was written, and remembers how much it was asked. */
function listening(): {
  readonly answering: Answering;
  readonly prompts: { readonly messages: number; readonly characters: number }[];
} {
  const prompts: { messages: number; characters: number }[] = [];
  const answering: Answering = (text, { messages }) => {
    prompts.push({ messages: messages.length, characters: JSON.stringify(messages).length });
    return `re: ${text.trim().slice(-12)}`;
  };
  return { answering, prompts };
}

/** Resident memory of a process, in MB. */
async function residentMb({ pid }: WorkerProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024;
}

const LONG = "palavra ".repeat(12_800);

test("messages that are no good: whoever sent one is answered next, and others meanwhile", async () => {
  const { answering, prompts } = listening();
  const deployment = await deploy({ answering });
  const worker = deployment.worker();
  await worker.ready();
  const [ana, ze] = await linked(deployment, ["ana", "ze"]);
  const bad: Readonly<Record<string, (text: string) => { conversation: string }>> = {
    "100 KB": () => ({ conversation: LONG }),
    empty: () => ({ conversation: "" }),
    "only spaces": () => ({ conversation: " \n\t " }),
    "half a pair": () => ({ conversation: "meio \uD83D emoji \uDE00" }),
    "a NUL": () => ({ conversation: "nulo \0 aqui" }),
    "direction marks": () => ({ conversation: "\u202Egnp.olob\u202C" }),
    "only joiners": () => ({ conversation: "\u200D".repeat(5_000) }),
    "as it would be in a script": () => ({ conversation: '"]] redis.call("FLUSHALL") --' }),
  };
  const quiet = deployment.whatsapp.contact();
  for (const [name, message] of Object.entries(bad)) {
    const contact = deployment.whatsapp.contact({ name: name === "empty" ? "n".repeat(10_000) : name });
    contact.send(ana!, message(name));
    quiet.write(ze!, `calma ${name.length}`);
    contact.write(ana!, "e agora?");
    await contact.waitForMessage("re: e agora?", ANSWER_MS);
    await quiet.waitForMessage(`re: ${`calma ${name.length}`.slice(-12)}`, ANSWER_MS);
    expect(contact.undecryptable).toEqual([]);
    expect(contact.displayed.every(({ text }) => text.isWellFormed())).toBe(true);
  }
  expect(Math.max(...prompts.map(({ characters }) => characters))).toBeLessThan(LONG.length);
  expect([...ana!.nacks, ...ze!.nacks]).toEqual([]);
  expect(await worker.stop()).toBe(0);
});

test("a flood from one contact: the store and the prompts stay small, another organization is answered, and so is the flood", async () => {
  const { answering, prompts } = listening();
  const deployment = await deploy({ answering });
  // Little memory, so that what grows without end would end the process.
  const worker = deployment.worker({ NODE_OPTIONS: "--max-old-space-size=96" });
  await worker.ready();
  const [ana, ze] = await linked(deployment, ["ana", "ze"]);
  const flooding = deployment.whatsapp.contact();
  const quiet = deployment.whatsapp.contact();
  const began = performance.now();
  for (let count = 1; count <= FLOOD; count++) flooding.write(ana!, `inundação ${count} ${"x".repeat(500)}`);
  flooding.write(ana!, "acabou");
  const waits: number[] = [];
  for (let round = 0; round < 3; round++) {
    const wroteAt = performance.now();
    quiet.write(ze!, `calma ${round}`);
    await quiet.waitForMessage(`re: calma ${round}`, ANSWER_MS);
    waits.push(performance.now() - wroteAt);
  }
  await flooding.waitForMessage("re: acabou", ANSWER_MS + FLOOD * 20);
  const tookMs = performance.now() - began;

  const redis = new Redis(deployment.redisUrl);
  onTestFinished(() => redis.disconnect());
  const keys = conversationKeys(keysOf(deployment.namespace).prefix, {
    organization: "ana",
    chat: flooding.lid,
  });
  expect(await redis.llen(keys.history)).toBeLessThanOrEqual(40);
  expect(await redis.llen(keys.inbound)).toBe(0);
  expect(Math.max(...prompts.map(({ messages }) => messages))).toBeLessThanOrEqual(PROMPT_MAX);
  expect([...ana!.nacks, ...ze!.nacks]).toEqual([]);
  expect(worker.running, worker.output).toBe(true);
  console.info(
    `bad days: ${FLOOD} messages from one contact in ${Math.round(tookMs)} ms, ${prompts.length} thoughts, ` +
      `longest prompt ${Math.max(...prompts.map(({ characters }) => characters))} characters, ` +
      `another organization answered after ${waits.map(Math.round).join(", ")} ms, worker ${Math.round(await residentMb(worker))} MB`,
  );
  expect(await worker.stop()).toBe(0);
}, 300_000);
