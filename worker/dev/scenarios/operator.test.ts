import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keysOf } from "../../adapters/redis/keys.ts";
import { LocalDeployment } from "../deployment.ts";
import { oxy, type OxyAnswer } from "../oxy.ts";
import type { WorkerProcess } from "../worker-process.ts";
import { echo } from "./scenario-fixture.ts";

const CLI = fileURLToPath(new URL("../../../infra/cli/oxy.mjs", import.meta.url));

let deployment: LocalDeployment;
let worker: WorkerProcess;

beforeAll(async () => {
  deployment = await LocalDeployment.start({ answering: echo, environment: { OXY_LEASE_SECONDS: "1" } });
  worker = deployment.worker();
  await worker.ready();
});

afterAll(async () => {
  await deployment.stop();
  expect(deployment.whatsapp.errors).toEqual([]);
});

/** Runs the command as in a terminal; resolves with how it ended. */
async function terminal(args: readonly string[], shown: (text: string) => void = () => {}) {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...deployment.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [output, errors] = ["", ""];
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    shown(output);
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output, errors };
}

describe("oxy org add", () => {
  test("adds an organization, then changes it; what it says is what is stored", async () => {
    expect(await terminal(["org", "add", "loja", "--name", "Loja"])).toMatchObject({
      code: 0,
      output: "loja added\n",
    });
    expect(await terminal(["org", "add", "loja", "--name", "Loja Nova"])).toMatchObject({
      code: 0,
      output: "loja changed\n",
    });
  });

  test.each([
    [["org", "add", "loja", "--silence-minutes", "0"], "silenceMinutes"],
    [["org", "add", "loja", "--answer-up-to-minutes", "soon"], "answerUpToMinutes"],
    [["org", "add", "loja", "--name", ""], "name"],
    [["org", "add", "a b"], "organization"],
  ])("%j is refused by the name of what is wrong", async (args, key) => {
    const { code, errors } = await terminal(args);
    expect(code).toBe(1);
    expect(errors).toContain(key);
    expect(errors).not.toContain("at async");
  });
});

describe("oxy pair", () => {
  test("of an unknown organization says what to do", async () => {
    const { code, errors } = await terminal(["pair", "nobody"]);
    expect(code).toBe(1);
    expect(errors).toBe('oxy: organization nobody is not known: add it first with "oxy org add nobody"\n');
  });

  test("shows a code in the terminal, and which account was linked; a second time it says that there is one", async () => {
    await deployment.addOrganization("padaria");
    const answered = pairing("padaria");
    const qr = await answered.next();
    expect(qr.value).toMatchObject({ kind: "qr" });
    // The same code is drawn for the eye when no machine reads along.
    const drawn = Promise.withResolvers<string>();
    const shown = terminal(["pair", "padaria"], (output) => {
      if (output.includes("Scan this")) drawn.resolve(output);
    });
    const text = await Promise.race([drawn.promise, shown.then(({ output }) => output)]);
    expect(text).toMatch(/[▀▄█]{10}/u);
    expect(text).toContain("Scan this with the phone of padaria.");
    // Whoever asked first is told.
    await expect(answered.next()).rejects.toThrow("another pairing was asked for");
    const phone = deployment.whatsapp.phone();
    await phone.scan((qr.value as OxyAnswer)["qr"]!);
    const { code, output } = await shown;
    expect(code).toBe(0);
    expect(output).toMatch(/padaria is linked as \d+/);
    await phone.waitFor(() => phone.online);
    await worker.logs((line) => line.message === "whatsapp open" && line["organization"] === "padaria");
    const again = await terminal(["pair", "padaria"]);
    expect(again).toMatchObject({ code: 1, errors: "oxy: padaria is linked already (open)\n" });
  });

  test("asked for before any worker runs is answered by the first that does", async () => {
    await deployment.addOrganization("cedo");
    expect(await worker.stop()).toBe(0);
    const answered = pairing("cedo");
    const first = answered.next();
    const redis = new Redis(deployment.redisUrl);
    const { requests } = keysOf(deployment.namespace);
    await expect.poll(() => redis.hlen(requests), { interval: 20, timeout: 5_000 }).toBe(1);
    redis.disconnect();
    worker = deployment.worker();
    expect(await first).toMatchObject({ value: { kind: "qr" } });
    await deployment.whatsapp.phone().scan(((await first).value as OxyAnswer)["qr"]!);
    let last: OxyAnswer | undefined;
    for await (const answer of answered) last = answer;
    expect(last?.kind).toBe("done");
  });

  function pairing(organization: string): AsyncGenerator<OxyAnswer> {
    return oxy(["pair", organization], deployment.environment);
  }
});

test.each([
  [
    ["org", "add", "loja"],
    "no worker took the request within 0.5 s: is one running on this store and namespace?",
  ],
  [["pair", "loja"], "no worker took the request within 0.5 s: is one running on this store and namespace?"],
])("%j where no worker runs says so and leaves nothing behind", async (args, sentence) => {
  const elsewhere = ["--namespace", "elsewhere", "--patience", "0.5"];
  const { code, errors } = await terminal([...args, ...elsewhere]);
  expect(code).toBe(1);
  expect(errors).toBe(`oxy: ${sentence}\n`);
  const redis = new Redis(deployment.redisUrl);
  expect(await redis.keys("{elsewhere}:*")).toEqual([]);
  redis.disconnect();
});

test("a store that cannot be reached is said in a sentence", async () => {
  const { code, errors } = await terminal(["pair", "loja", "--redis", "redis://127.0.0.1:1"]);
  expect(code).toBe(1);
  expect(errors).toMatch(/^oxy: the store cannot be reached: /);
});

test.each([
  [["--help"], "$ npx oxy pair -s local loja-da-ana"],
  [["org", "add", "--help"], "$ npx oxy org add -s local loja-da-ana --name"],
  [["pair", "--help"], "$ npx oxy pair -s local loja-da-ana"],
])("%j shows an example", async (args, example) => {
  const { code, output } = await terminal(args);
  expect(code).toBe(0);
  expect(output).toContain(example);
});

test("a patience that would be for ever is refused", async () => {
  const { code, errors } = await terminal(["pair", "loja", "--patience", "0"]);
  expect(code).not.toBe(0);
  expect(errors).toContain("expected seconds");
});

test("a request that nobody took for ten minutes is dropped", async () => {
  const redis = new Redis(deployment.redisUrl);
  const { requests, organizations } = keysOf(deployment.namespace);
  const request = { verb: "org add", organization: "late", settings: { name: "Late" } };
  await redis.hset(requests, "stale", JSON.stringify({ at: Date.now() - 601_000, ...request }));
  await worker.logs(({ message }) => message === "request too old");
  expect(await redis.hexists(organizations, "late")).toBe(0);
  redis.disconnect();
});
