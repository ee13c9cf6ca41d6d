import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { EmulatedApis } from "./emulated-apis-fixture.ts";
import { engine } from "./engine-fixture.ts";
import { oxyAsIs } from "./oxy-fixture.ts";

const infra = fileURLToPath(new URL("../../../infra", import.meta.url));
const behindApis = readdirSync(join(infra, "hosts"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "local")
  .map(({ name }) => name);

interface Run {
  readonly child: ChildProcess;
  /** Everything printed, once it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** `npm run test:live`, as it is called. @param told each line when it comes */
function live(home: string, args: readonly string[], told: (line: string) => void = () => {}): Run {
  const child = spawn(process.execPath, [join(infra, "dev/live.ts"), ...args], {
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", OXY_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines = createInterface(child.stdout);
  let stdout = "";
  lines.on("line", (line) => {
    stdout += `${line}\n`;
    told(line);
  });
  const printed = text(child.stderr);
  const ended = Promise.all([once(child, "exit"), once(lines, "close")]).then(async ([[code]]) => ({
    code: code as number | null,
    stdout,
    stderr: await printed,
  }));
  return { child, ended };
}

async function temporaryHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "oxy-live-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}

test.each([
  [["moon"], /^expected the name of a host or a store \(local, .+\), got moon\n$/],
  [["render"], /^--image: expected one in a registry that render can pull, got nothing [^\n]+\n$/],
  [["upstash"], /^--spend-money: expected it, because this costs what the providers charge [^\n]+\n$/],
  [["upstash", "--store", "free"], /^--store: expected an object as JSON, got free\n$/],
  [["upstash", "--minutes", "soon"], /^--minutes: expected a number above 0, got soon\n$/],
  [
    ["ecs-fargate", "--image", "any@sha256:0"],
    /^account: expected credentials of AWS, got none from [^\n]+\n$/,
  ],
  [["upstash", "--budget"], /^Unknown option '--budget'[^\n]+\n$/],
])("what cannot be meant, or was not agreed to, makes nothing: %j", async (args, sentence) => {
  const home = await temporaryHome();
  const { code, stderr } = await live(home, args).ended;
  expect(code).toBe(2);
  expect(stderr).toMatch(sentence);
  expect(await readdir(home)).toEqual([]);
});

describe.skipIf(engine === undefined)("a host tried out (needs the Pulumi engine)", () => {
  test.each(behindApis)(
    "%s is deployed, read, updated without a change, asked and taken away",
    async (host) => {
      const home = await temporaryHome();
      const apis = await EmulatedApis.start(home);
      const { code, stdout, stderr } = await live(home, [host, "--offline"]).ended;
      expect({ code, stderr, stdout }).toMatchObject({ code: 0, stderr: "" });
      const steps = [...stdout.matchAll(/^ok +(.+) \(\d+\.\d s\)$/gm)].map(([, name]) => name);
      expect(steps).toEqual([
        "keep a secret",
        "preview",
        "create",
        "read again, and find nothing changed",
        "update without a change",
        "status",
        "logs",
        "delete",
      ]);
      expect((await apis.calls({ writes: true })).length).toBeGreaterThan(1);
      expect(await apis.services()).toEqual([]);
      expect(await readdir(join(home, "live"))).toEqual([]);
    },
    240_000,
  );

  test("that refuses is said with its own words, and nothing is left", async () => {
    const home = await temporaryHome();
    const apis = await EmulatedApis.start(home);
    const often = { writes: true, times: 1_000, fault: { kind: "status", status: 402, message: "no card" } };
    await apis.inject(often);
    const { code, stdout } = await live(home, ["upstash", "--offline"]).ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(/^failed create \(/m);
    expect(stdout).toMatch(/create: store: Upstash refused to .+ \(402: no card\)/);
    expect(stdout).not.toMatch(/^left /m);
    expect(await readdir(join(home, "live"))).toEqual([]);
  }, 240_000);

  test("that is left in the middle is taken away", async () => {
    const home = await temporaryHome();
    const apis = await EmulatedApis.start(home);
    const run = live(home, ["upstash", "--offline"], (line) => {
      if (line.includes("create store in")) run.child.kill("SIGINT");
    });
    const { code, stdout } = await run.ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(/stopping, then removing what was made\n/);
    expect(stdout).toMatch(/^ok +delete/m);
    expect(stdout).not.toMatch(/^left /m);
    expect(await apis.services()).toEqual([]);
    expect(await readdir(join(home, "live"))).toEqual([]);
  }, 240_000);

  test("of which something cannot be removed is told with what, and how to go on", async () => {
    const home = await temporaryHome();
    const apis = await EmulatedApis.start(home);
    const never = {
      method: "DELETE",
      times: 1_000,
      fault: { kind: "status", status: 403, message: "ask Ana" },
    };
    await apis.inject(never);
    const { code, stdout } = await live(home, ["upstash", "--offline"]).ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(/^left +store \(oxy:upstash:Database, .+\)$/m);
    expect(stdout).toMatch(/delete: store: .+ask Ana/);
    const [, byHand = ""] = /go on with: npx oxy (.+)$/m.exec(stdout) ?? [];
    expect(await apis.services()).toHaveLength(1);
    await apis.inject(undefined);
    const destroyed = await oxyAsIs([...byHand.split(" "), "--yes"], { OXY_HOME: home });
    expect(destroyed).toMatchObject({ code: 0, stderr: "" });
    expect(await apis.services()).toEqual([]);
  }, 240_000);
});
