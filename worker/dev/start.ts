import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { renderUnicodeCompact } from "uqr";
import { thinking } from "./ai.ts";
import { Customers, type Shop } from "./demo/customers.ts";
import { answerTo } from "./demo/dialogue.ts";
import { readOptions } from "./demo/options.ts";
import { event, fact, say, splitOf } from "./demo/screen.ts";
import { LocalDeployment } from "./deployment.ts";
import { forgetNamespace } from "./forget-namespace.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** As slow as a large model, in ms. */
const AI_MS = [2_000, 5_000] as const;
const SAME_SIGNAL_MS = 500;
const HOLDING = "Um momento, por favor, já estou vendo isso para você.";
const SHOPS = [
  { organization: "loja-da-ana", name: "Loja da Ana", customers: ["Bia", "Caio"] },
  { organization: "padaria-do-ze", name: "Padaria do Zé", customers: ["Duda", "Elis"] },
] as const;

const options = readOptions(process.argv.slice(2));
const given = process.env["REDIS_URL"] || undefined;
say("Oxy Workers on this machine: a worker, and everything it talks to.\n");
const deployment = await LocalDeployment.start({
  answering: thinking(...AI_MS, answerTo),
  redisUrl: given,
  namespace: `demo-${randomBytes(4).toString("hex")}`,
  environment: {
    OXY_HEALTH_PORT: await portOr("OXY_HEALTH_PORT", 3001),
    OXY_BOARD_PORT: await portOr("OXY_BOARD_PORT", 3002),
    OXY_LEASE_SECONDS: "1.5",
  },
});
const customers = new Customers(deployment, options.replies);
let stopping = false;
let stoppedAt = 0;
let kills = 0;
process.on("SIGINT", stop);
process.on("SIGTERM", stop);

let worker = await startWorker();
fact("Redis", given === undefined ? `${deployment.redisUrl} (embedded, in memory)` : "REDIS_URL");
fact("WhatsApp", `${deployment.whatsapp.url} (simulator)`);
fact("AI", `${deployment.ai.url} (answers in 2 to 5 s)`);
const listening = await worker.logs(({ message }) => message === "listening");
fact("Worker", `process ${worker.pid}`);
fact("Health", String(listening["health"]));
fact("Bull Board", String(listening["board"]));
say();

const shops: Shop[] = [];
for (const { organization, name } of SHOPS) {
  if (stopping) break;
  const holdingMessage = HOLDING;
  await deployment.addOrganization(organization, ["--name", name, "--holding-message", holdingMessage]);
  const phone = deployment.whatsapp.phone({ name });
  event(`npx oxy pair ${organization}`);
  await deployment.pair(organization, phone, (qr) => {
    if (shops.length === 0) say(`\n${renderUnicodeCompact(qr)}\n`);
  });
  event(`${name} is linked as +${phone.number}`, "yellow");
  shops.push({ organization, name, holdingMessage, phone });
}
say(options.replies === undefined ? "\nCustomers write. Ctrl-C ends it.\n" : "\nCustomers write.\n");

const killing =
  options.killEvery === undefined ? undefined : setInterval(() => void kill(), options.killEvery * 1_000);
await Promise.all(shops.map((shop, index) => customers.write(shop, SHOPS[index]!.customers)));
clearInterval(killing);
const problems = report(await worker.stop());
if (given !== undefined) await forgetNamespace(given, deployment.namespace);
await deployment.stop();
process.exit(problems === 0 ? 0 : 1);

async function startWorker(): Promise<WorkerProcess> {
  const started = deployment.worker();
  started.on("log", (line) => {
    if (line.message === "answered") {
      customers.split(String(line["organization"]), String(line["chat"]), splitOf(line));
    } else if (line.level === "error")
      event(`worker: ${line.message} ${String(line["errorMessage"] ?? "")}`, "red");
  });
  await started.ready();
  return started;
}

async function kill(): Promise<void> {
  if (stopping) return;
  kills++;
  event(`kill -9 ${worker.pid}, and another worker starts`, "red");
  await worker.kill();
  if (!stopping) worker = await startWorker();
}

/** The first time customers stop writing and the worker drains; a second time ends everything at once. */
function stop(): void {
  // npm and a shell may both pass on the same Ctrl-C.
  if (stopping && performance.now() - stoppedAt > SAME_SIGNAL_MS) process.exit(130);
  if (stopping) return;
  stopping = true;
  stoppedAt = performance.now();
  event("stopping: what is under way is finished", "yellow");
  customers.stop();
}

/** Prints what came of it; returns how much went wrong. */
function report(exitCode: number | null): number {
  const people = deployment.whatsapp.contacts;
  const shown = people.flatMap(({ displayed }) => displayed);
  const seenTwice = shown.length - new Set(shown.map(({ id, phone }) => `${id} ${phone.number}`)).size;
  const wire = people.reduce((sum, { wire: ids }) => sum + ids.length - new Set(ids).size, 0);
  const undecryptable = people.reduce((sum, { undecryptable: failed }) => sum + failed.length, 0);
  const overlaps = shops.filter(({ phone }) => phone.maxConnections > 1 && kills === 0).length;
  say();
  fact("Answered", String(customers.answered));
  fact("Lost", String(customers.lost));
  fact("Repeated", `${seenTwice} seen twice (${wire} sent twice under one id)`);
  if (undecryptable > 0) fact("Unreadable", String(undecryptable));
  if (overlaps > 0) fact("Overlaps", `${overlaps} numbers had two connections at once`);
  if (kills > 0) fact("Killed", `${kills} times`);
  fact("Worker", exitCode === 0 ? "ended cleanly" : `ended with ${exitCode}`);
  return customers.lost + seenTwice + undecryptable + overlaps + (exitCode === 0 ? 0 : 1);
}

/** What the caller set, or the usual port if it is free, or any. */
async function portOr(key: string, usual: number): Promise<string> {
  const set = process.env[key];
  if (set) return set;
  const probe = createServer().listen(usual, "0.0.0.0");
  const free = await Promise.race([
    once(probe, "listening").then(() => true),
    once(probe, "error").then(() => false),
  ]);
  if (free) await new Promise((resolve) => probe.close(resolve));
  return free ? String(usual) : "0";
}
