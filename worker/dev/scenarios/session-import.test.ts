import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keysOf } from "../../adapters/redis/keys.ts";
import type { LocalDeployment } from "../deployment.ts";
import { oxy, type OxyAnswer } from "../oxy.ts";
import { leaveBehind, type LeftBehind } from "../whatsapp/left-behind.ts";
import { newEncryptionKey } from "../worker-process.ts";
import { echo, useDeployments } from "./scenario-fixture.ts";

const TOKEN = "token-of-the-admin-api-in-this-test";
const deploy = useDeployments();
const lefts: LeftBehind[] = [];

beforeEach(() => {
  // The library's libsignal prints its sessions.
  for (const sink of ["info", "warn", "error"] as const) vi.spyOn(console, sink).mockImplementation(() => {});
});

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(lefts.splice(0).map((left) => left.remove()));
});

async function leftBehind({ whatsapp }: LocalDeployment): Promise<LeftBehind> {
  const left = await leaveBehind(whatsapp);
  lefts.push(left);
  return left;
}

async function importing(
  deployment: LocalDeployment,
  folder: string,
  options: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<OxyAnswer | undefined> {
  const command = ["sessions", "import", folder, "--organization", "loja", "--old-process-is-stopped"];
  let last: OxyAnswer | undefined;
  for await (const answer of oxy([...command, ...options], { ...deployment.environment, ...environment }))
    last = answer;
  return last;
}

/** Everything that anybody tells the store. */
async function watched({ redisUrl }: LocalDeployment): Promise<{ heard: string[]; stop(): void }> {
  const redis = new Redis(redisUrl);
  const monitor = await redis.monitor();
  const heard: string[] = [];
  monitor.on("monitor", (_time: unknown, args: string[]) => heard.push(args.join(" ")));
  return {
    heard,
    stop: () => {
      monitor.disconnect();
      redis.disconnect();
    },
  };
}

/** The bytes and words in the folder that nobody may see: private keys, and what sessions are made of. */
async function secretsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  const secrets = texts.flatMap((text) =>
    [...text.matchAll(/"(?:data|private|privKey|rootKey|advSecretKey)":"([A-Za-z0-9+/=]{40,})"/g)].map(
      ([, secret]) => secret ?? "",
    ),
  );
  expect(secrets.length).toBeGreaterThan(100);
  return secrets;
}

test("the session of a process of before goes on in the worker: nobody scans, and it answers in the same chat", async () => {
  const deployment = await deploy({ answering: echo });
  const { folder, phone, customer } = await leftBehind(deployment);
  const secrets = await secretsIn(folder);
  const worker = deployment.worker();
  await worker.ready();
  await deployment.addOrganization("loja");
  const { heard, stop } = await watched(deployment);
  const scanned = phone.totalConnections;

  expect(await importing(deployment, folder)).toEqual({ kind: "done", account: expect.any(String) });
  customer.write(phone, "after");
  await customer.waitForMessage("re: after");
  // The same identity and the same ratchet: the contact had nothing to establish anew.
  expect(phone).toMatchObject({ maxConnections: 1, conflicts: 0, totalConnections: scanned + 1 });

  await worker.stop();
  const next = deployment.worker();
  customer.write(phone, "later");
  await customer.waitForMessage("re: later");
  await next.stop();
  expect(customer.displayed.map(({ text }) => text)).toEqual(["from before", "re: after", "re: later"]);
  expect(phone.maxConnections).toBe(1);

  stop();
  expect(heard.join("\n")).toContain("session import");
  expect(secrets.filter((secret) => heard.some((line) => line.includes(secret)))).toEqual([]);
  expect(secrets.filter((secret) => worker.output.includes(secret))).toEqual([]);
  const redis = new Redis(deployment.redisUrl);
  expect(await redis.keys("*attachment*")).toEqual([]);
  expect(await redis.keys("*:ready:*")).toEqual([]);
  expect(await redis.ttl(keysOf(deployment.namespace).signalKeys("loja"))).toBe(-1);
  redis.disconnect();
});

test("through the admin API it is the same", async () => {
  const deployment = await deploy({ answering: echo, environment: { OXY_ADMIN_TOKEN: TOKEN } });
  const { folder, phone, customer } = await leftBehind(deployment);
  const worker = deployment.worker();
  await worker.ready();
  const { admin } = await worker.logs(({ message }) => message === "listening");
  const through = ["--admin", new URL(String(admin)).origin, "--redis", "redis://127.0.0.1:1"];
  await deployment.addOrganization("loja", through.slice(0, 2));
  expect(await importing(deployment, folder, through)).toMatchObject({ kind: "done" });
  customer.write(phone, "after");
  await customer.waitForMessage("re: after");
  expect(phone.maxConnections).toBe(1);
});

test("a linked organization keeps its session, unless it is told to give it up", async () => {
  const deployment = await deploy({ answering: echo });
  const { folder, phone, customer } = await leftBehind(deployment);
  const worker = deployment.worker();
  await worker.ready();
  await deployment.addOrganization("loja");
  const own = await deployment.pair("loja");
  await worker.logs(({ message }) => message === "whatsapp open");
  await expect(importing(deployment, folder)).rejects.toThrow(
    "loja is linked already (open): with --replace its session is given up",
  );
  expect([own.connections, own.totalConnections]).toEqual([1, 1]);
  expect(phone.connections).toBe(0);

  expect(await importing(deployment, folder, ["--replace"])).toMatchObject({ kind: "done" });
  expect(own.connections).toBe(0);
  customer.write(phone, "after");
  await customer.waitForMessage("re: after");
  expect(phone.maxConnections).toBe(1);
});

test("of two that are sent at once, one is taken over whole, and the other refused", async () => {
  const deployment = await deploy({ answering: echo });
  const both = [await leftBehind(deployment), await leftBehind(deployment)];
  const worker = deployment.worker();
  await worker.ready();
  await deployment.addOrganization("loja");
  const ends = await Promise.allSettled(both.map(({ folder }) => importing(deployment, folder)));
  const refused = ends.flatMap((end) => (end.status === "rejected" ? [String(end.reason)] : []));
  expect(refused).toEqual([expect.stringMatching(/is being taken over at this moment|is linked already/)]);
  const { phone, customer } = both[ends.findIndex(({ status }) => status === "fulfilled")]!;
  customer.write(phone, "after");
  await customer.waitForMessage("re: after");
  expect(both.map((left) => left.phone.connections).toSorted()).toEqual([0, 1]);
});

test("with other keys than the worker's nothing is taken over, and the reason is said", async () => {
  const deployment = await deploy();
  const { folder, phone } = await leftBehind(deployment);
  const worker = deployment.worker();
  await worker.ready();
  await deployment.addOrganization("loja");
  const before = phone.totalConnections;
  await expect(
    importing(deployment, folder, [], { OXY_ENCRYPTION_KEYS: newEncryptionKey() }),
  ).rejects.toThrow("OXY_ENCRYPTION_KEYS: expected the keys that this worker has, got others");
  expect(phone.totalConnections).toBe(before);
  const redis = new Redis(deployment.redisUrl);
  const keys = keysOf(deployment.namespace);
  expect(await redis.exists(keys.credentials("loja"), keys.signalKeys("loja"))).toBe(0);
  redis.disconnect();
});

test("one that WhatsApp has logged out is said to be, and can be linked anew", async () => {
  const deployment = await deploy({ answering: echo });
  const { folder, phone } = await leftBehind(deployment);
  phone.logOut();
  const worker = deployment.worker();
  await worker.ready();
  await deployment.addOrganization("loja");
  await expect(importing(deployment, folder)).rejects.toThrow("WhatsApp logged this device out");
  await deployment.pair("loja");
});

test("of an organization that is not known, it says what to do", async () => {
  const deployment = await deploy();
  const { folder } = await leftBehind(deployment);
  const worker = deployment.worker();
  await worker.ready();
  await expect(importing(deployment, folder)).rejects.toThrow('add it first with "oxy org add loja"');
});

test("nothing is asked of anybody before it is said that the process of before is stopped, or with a folder of no use", async () => {
  const deployment = await deploy();
  const { folder } = await leftBehind(deployment);
  const bare = ["sessions", "import", folder, "--organization", "loja", "--redis", "redis://127.0.0.1:1"];
  const run = async (args: readonly string[]): Promise<unknown> =>
    await oxy(args, deployment.environment).next();
  await expect(run(bare)).rejects.toThrow("--old-process-is-stopped: expected it");
  await writeFile(join(folder, "creds.json"), '{"noiseKey":{');
  await expect(run([...bare, "--old-process-is-stopped"])).rejects.toThrow(
    /creds\.json: expected JSON, got something else/,
  );
});
