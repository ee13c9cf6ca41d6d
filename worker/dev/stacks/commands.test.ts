import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { keepImage, ONE_OF_EACH, resultOf } from "./conversation-fixture.ts";
import { engine } from "./engine-fixture.ts";
import { commandLines, RunningCommand } from "./kill-fixture.ts";
import { bareProject, jsonLines, oxyAsIs } from "./oxy-fixture.ts";
import { configOf } from "./rehearsal-fixture.ts";
import { StackProject } from "./stack-fixture.ts";
import { awsTargets } from "./targets-fixture.ts";

/** Every command that works on a stack, as nobody has to be asked. */
const ON_A_STACK = [
  ["up", "--yes"],
  ["preview"],
  ["refresh"],
  ["destroy", "--yes"],
  ["status"],
  ["logs"],
  ["rollback", "--yes"],
];
const NOWHERE = { PATH: "/nowhere", HOME: "/nowhere", PULUMI_HOME: "/nowhere" };
const STATE = "file://./.oxy/state";
const CONFIG = `config:
  oxy-workers:image: ./worker
  oxy-workers:store: local
  oxy-workers:fleets: { main: { host: local } }
`;

test("every command shows an example", async () => {
  const { stdout } = await oxyAsIs(["--help"]);
  const names = [...stdout.matchAll(/^ {2}([a-z]+) \S/gm)].map(([, name = ""]) => name);
  const verbs = names.filter((name) => !["help", "secret", "org"].includes(name)).map((name) => [name]);
  expect(verbs.length).toBeGreaterThan(8);
  for (const verb of [...verbs, ["secret", "set"], ["org", "add"], []]) {
    const help = await oxyAsIs([...verb, "--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toMatch(/Examples?:\n {2}\$ npx oxy /);
  }
}, 60_000);

test("what cannot be meant ends with 2 and one sentence", async () => {
  const unknown = "unknown command 'frobnicate'";
  expect(await oxyAsIs(["frobnicate"])).toMatchObject({ code: 2, stdout: "", stderr: said(unknown) });
  const missing = "required option '-s, --stack <name>' not specified";
  expect(await oxyAsIs(["up"])).toMatchObject({ code: 2, stdout: "", stderr: said(missing) });
  const lines = "option '-n, --lines <n>' argument 'all' is invalid. expected a number of lines";
  expect(await oxyAsIs(["logs", "-n", "all"])).toMatchObject({ code: 2, stdout: "", stderr: said(lines) });
});

test("a stack without a file ends with 2, and the stacks that have one are named", async () => {
  const folder = await bareProject(CONFIG);
  await writeFile(join(folder, "stacks", "Pulumi.staging.yaml"), CONFIG);
  for (const args of ON_A_STACK.slice(0, 2)) {
    expect(await oxyAsIs([...args, "-s", "prod", "-C", folder])).toEqual({
      code: 2,
      stdout: "",
      stderr: `oxy: -s: expected a stack that has a file in ${folder}/stacks (local, staging), got prod\n`,
    });
  }
  const elsewhere = await oxyAsIs(["up", "-s", "prod", "-C", join(folder, "stacks")]);
  expect(elsewhere).toMatchObject({
    code: 2,
    stderr: `oxy: expected a folder with Pulumi.yaml, got ${folder}/stacks\n`,
  });
});

test("production is refused where its state would be on this machine, whatever is to be done", async () => {
  const folder = await bareProject(`${CONFIG}  oxy-workers:production: true\n`);
  const refusal = (url: string, from: string): string =>
    "oxy: stack local is production: expected PULUMI_BACKEND_URL to name a state that outlives this machine " +
    `(s3://…, azblob://…, gs://… or https://api.pulumi.com), got ${url} from ${from}\n`;
  for (const args of [...ON_A_STACK, ["org", "add", "ana"], ["pair", "ana"]]) {
    const run = await oxyAsIs([...args, "-s", "local", "-C", folder], NOWHERE);
    expect(run).toEqual({ code: 2, stdout: "", stderr: refusal(STATE, "Pulumi.yaml") });
  }
  const given = await oxyAsIs(["up", "-s", "local", "-C", folder], {
    PULUMI_BACKEND_URL: "file:///srv/state",
  });
  expect(given).toEqual({ code: 2, stdout: "", stderr: refusal("file:///srv/state", "PULUMI_BACKEND_URL") });
  expect(existsSync(join(folder, ".oxy"))).toBe(false);
}, 60_000);

test("without an engine the ways to get one are named, and doctor says what is missing", async () => {
  const folder = await bareProject(CONFIG);
  const none =
    /^no Pulumi engine was found: `npx pulumi@[\d.]+ version` .* https:\/\/www\.pulumi\.com\/docs\/install .* \.ci\/engine\/build builds it with Go$/;
  const up = await oxyAsIs(["up", "-s", "local", "-C", folder], NOWHERE);
  expect(up).toMatchObject({ code: 1, stdout: "" });
  expect(up.stderr.replace(/^oxy: /, "").trim()).toMatch(none);
  const doctor = await oxyAsIs(["doctor", "--json", "-C", folder], NOWHERE);
  expect(doctor).toMatchObject({ code: 1, stderr: "" });
  expect(jsonLines(doctor.stdout)).toEqual([
    {
      kind: "result",
      findings: expect.arrayContaining([
        { about: "Pulumi engine", fine: false, found: expect.stringMatching(none) },
        { about: "redis-server", fine: false, found: expect.stringContaining("none on PATH") },
        { about: "stacks", fine: true, found: "local" },
      ]),
    },
  ]);
});

test("doctor says of AWS where its credentials are, and whether its plugin is there, where a stack needs them", async () => {
  const nobody = {
    ...NOWHERE,
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const aboutAws = async (config: string) => {
    const { stdout } = await oxyAsIs(["doctor", "--json", "-C", await bareProject(config)], nobody);
    const [{ findings }] = jsonLines(stdout) as unknown as [{ findings: { about: string; fine: boolean }[] }];
    return findings
      .filter(({ about }) => about.includes("AWS"))
      .map(({ about, fine }) => [about, fine] as const);
  };
  expect(await aboutAws(CONFIG)).toEqual([["credentials of AWS", true]]);
  const onAws =
    "config:\n  oxy-workers:image: ghcr.io/acme/worker:1\n" +
    "  oxy-workers:secrets:\n    OPENAI_API_KEY:\n      secure: of-the-test\n" +
    configOf(awsTargets["ecs-fargate"]);
  expect(await aboutAws(onAws)).toEqual([
    ["credentials of AWS", false],
    ["plugin for AWS", true],
  ]);
});

test("a file that is no engine is told apart from none", async () => {
  const folder = await bareProject(CONFIG);
  const bin = join(folder, "versions", "9.9.9", "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "pulumi"), "#!/bin/sh\necho broken >&2\nexit 3\n", { mode: 0o755 });
  const up = await oxyAsIs(["up", "-s", "local", "-C", folder], { ...NOWHERE, PULUMI_HOME: folder });
  expect(up).toMatchObject({ code: 1, stdout: "" });
  expect(up.stderr).toMatch(
    /^oxy: no Pulumi engine was found \(found, but unusable: [^\n]+9\.9\.9: [^\n]+\n$/,
  );
});

test("a secret without a value, or under another name, is refused and not repeated", async () => {
  const folder = await bareProject(CONFIG);
  const on = ["-s", "local", "-C", folder];
  expect(await oxyAsIs(["secret", "set", "OPENAI_API_KEY", ...on], NOWHERE)).toEqual({
    code: 2,
    stdout: "",
    stderr: "oxy: OPENAI_API_KEY: expected a value on standard input, got nothing\n",
  });
  const swapped = await oxyAsIs(["secret", "set", "sk-not-for-eyes", ...on], NOWHERE);
  expect(swapped).toMatchObject({ code: 2, stdout: "" });
  expect(swapped.stderr).not.toContain("not-for-eyes");
});

describe.skipIf(engine === undefined)("what oxy answers (needs the Pulumi engine)", () => {
  test("a stack that was never deployed ends with 6, of which only up and preview make one", async () => {
    const project = await StackProject.create();
    for (const args of ON_A_STACK.slice(2)) {
      expect(await project.oxy([...args, "--json"])).toMatchObject({
        code: 6,
        stdout: "",
        stderr: `oxy: stack local is not deployed from ${STATE}: run oxy up -s local\n`,
      });
    }
    await project.must(["secret", "set", "SENTRY_TOKEN"], "of a stack that is there now");
    for (const args of [["status"], ["logs"], ["rollback", "--yes"], ["preview", "--image", "deployed"]]) {
      expect(await project.oxy([...args, "--json"])).toMatchObject({
        code: 6,
        stdout: "",
        stderr: "oxy: nothing is deployed in stack local: run oxy up -s local\n",
      });
    }
  }, 60_000);

  test("a config that cannot be deployed ends as a failing program does, with every problem and no secret", async () => {
    const project = await (await StackProject.create()).withSecrets();
    await project.configure({ OPENAI_API_KEY: "sk-not-for-eyes", PORT: "1" }, "not/an/image");
    const run = await project.oxy(["up", "--yes", "--json"]);
    expect(run).toMatchObject({ code: 1 });
    for (const answer of jsonLines(run.stdout)) expect(answer).toMatchObject({ kind: expect.any(String) });
    const [first, ...problems] = run.stderr.trimEnd().split("\n");
    expect(first).toBe("oxy: the config of stack local is not usable:");
    const keys = problems.map((problem) => /^ {2}([\w.]+): expected .+, got .+$/.exec(problem)?.[1]);
    expect(keys).toEqual(["image", "environment.OPENAI_API_KEY", "environment.PORT"]);
    expect(run.stdout + run.stderr).not.toContain("sk-not-for-eyes");
  }, 60_000);

  test("an image that is of no form, or not there, is refused before anything is written", async () => {
    const project = await (await StackProject.create()).withSecrets();
    const written = await readFile(project.stackFile, "utf8");
    for (const verb of [["up", "--yes"], ["preview"]]) {
      expect(await project.oxy([...verb, "--json", "--image", "latest"])).toMatchObject({
        code: 2,
        stdout: "",
        stderr: expect.stringMatching(/^oxy: --image: expected \.\/folder, .+ or deployed, got "latest"\n$/),
      });
    }
    const missing = await project.oxy(["preview", "--image", `sha256:${"0".repeat(64)}`]);
    expect(missing).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^oxy: image: expected one that [^\n]+\n$/),
    });
    expect(await readFile(project.stackFile, "utf8")).toBe(written);
  }, 60_000);

  test("the state is where PULUMI_BACKEND_URL says, which is printed", async () => {
    const project = await StackProject.create();
    const place = `file://${project.folder}/elsewhere`;
    const url = `${place}?create_dir=true`;
    const run = await project.oxy(["status"], { environment: { PULUMI_BACKEND_URL: url } });
    expect(run).toMatchObject({
      code: 6,
      stderr: `oxy: stack local is not deployed from ${place}: run oxy up -s local\n`,
    });
    const up = await project.oxy(["up"], { environment: { PULUMI_BACKEND_URL: url } });
    expect(up.stdout).toMatch(/^stack local, state in file:.+\/elsewhere \(PULUMI_BACKEND_URL, on this/);
    expect(await readdir(join(project.folder, "elsewhere", ".pulumi", "stacks", "oxy-workers"))).toContain(
      "local.json",
    );
    expect(existsSync(join(project.home, "state"))).toBe(false);
    const unknown = await project.oxy(["status"], {
      environment: { PULUMI_BACKEND_URL: "file:///nowhere/at/all" },
    });
    expect(unknown).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^oxy: [^\n]+\/nowhere\/at\/all[^\n]+\n$/),
    });
  }, 60_000);

  test("another passphrase, or none, is said in one sentence", async () => {
    const project = await (await StackProject.create()).withSecrets();
    const environment = { PULUMI_CONFIG_PASSPHRASE: "another" };
    for (const args of [
      ["preview", "--json"],
      ["secret", "set", "SENTRY_TOKEN"],
    ]) {
      expect(await project.oxy(args, { environment, input: "a" })).toMatchObject({
        code: 1,
        stdout: "",
        stderr:
          "oxy: PULUMI_CONFIG_PASSPHRASE: expected what the secrets of stack local are encrypted with, got another passphrase\n",
      });
    }
    await rm(join(project.home, "passphrase"));
    expect(await project.oxy(["preview", "--json"])).toMatchObject({
      code: 2,
      stdout: "",
      stderr: "oxy: PULUMI_CONFIG_PASSPHRASE: expected the passphrase of this stack's secrets, got nothing\n",
    });
  }, 60_000);

  test("a secret is in no list of processes while it is kept", async () => {
    const project = await StackProject.create();
    const value = "sk-that-nobody-else-should-see";
    const kept = project.must(["secret", "set", "OPENAI_API_KEY"], value);
    const seen = new Set<string>();
    while ((await Promise.race([kept, delay(5)])) === undefined) {
      for (const line of await commandLines(project)) seen.add(line);
    }
    expect([...seen].filter((line) => line.includes("pulumi config set"))).not.toEqual([]);
    expect([...seen].filter((line) => line.includes(value))).toEqual([]);
    expect(await readFile(project.stackFile, "utf8")).toMatch(/OPENAI_API_KEY:\n +secure: v1:/);
  }, 60_000);

  test("nobody there to confirm ends with 2 and changes nothing; preview tries an image without writing it", async () => {
    const project = await (await StackProject.create()).withSecrets();
    const [first, second] = [await keepImage(project), await keepImage(project, "2")];
    await project.configure({}, first);
    const unconfirmed = "oxy: --yes: expected it, because nobody is there to confirm\n";
    expect(await project.oxy(["up"])).toMatchObject({ code: 2, stderr: unconfirmed });
    expect(await project.processes()).toEqual([]);
    const unexpected = await project.oxy(["preview", "--expect-no-changes", "--json"]);
    expect(unexpected).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/^oxy: no changes were expected [^\n]+\n$/),
    });

    const up = await project.oxy(["up", "--yes", "--json"]);
    expect(up).toMatchObject({ code: 0, stderr: "" });
    expect(jsonLines(up.stdout).at(-1)).toMatchObject({ kind: "result", stack: "local", image: first });
    expect(await project.oxy(["destroy"])).toMatchObject({ code: 2, stderr: unconfirmed });
    expect(await project.oxy(["rollback", "--yes"])).toMatchObject({
      code: 2,
      stderr: `oxy: stack local has run no image but ${first}: there is nothing to go back to\n`,
    });
    expect(await project.running()).toEqual(ONE_OF_EACH);

    const written = await readFile(project.stackFile, "utf8");
    const other = await project.must(["preview", "--image", second]);
    expect(resultOf(other)["changes"]).toMatchObject({ update: 3 });
    expect(await readFile(project.stackFile, "utf8")).toBe(written);
    await project.configure({}, second);
    const deployed = await project.must(["preview", "--image", "deployed", "--expect-no-changes"]);
    expect(resultOf(deployed)["changes"]).toEqual({ same: 8 });
    expect(await readFile(project.stackFile, "utf8")).toContain(second);

    const status = await project.oxy(["status", "--json"]);
    expect(jsonLines(status.stdout)).toEqual([
      expect.objectContaining({
        image: first,
        processes: [expect.objectContaining({ fleet: "main" })],
        sessions: {},
      }),
    ]);
    const logs = await project.oxy(["logs", "-n", "2", "--json"]);
    expect(logs).toMatchObject({ code: 0, stderr: "" });
    expect(jsonLines(logs.stdout)).toEqual(
      Array.from({ length: 2 }, () => ({ fleet: "main", process: "all", text: expect.any(String) })),
    );
    await followsTheLog(project);
  }, 120_000);
});

/** What the worker prints after it was killed comes by itself; Ctrl-C is how one leaves. */
async function followsTheLog(project: StackProject): Promise<void> {
  const logs = new RunningCommand(project, ["logs", "-f", "-n", "1"]);
  await logs.answer(() => true);
  const { workers } = await project.running();
  for (const pid of workers) process.kill(pid, "SIGKILL");
  const [shown] = logs.answers;
  expect(await logs.answer((answer) => answer !== shown)).toMatchObject({ fleet: "main", process: "all" });
  logs.interrupt();
  expect(await logs.ended()).toBe(0);
  expect(logs.stderr).toBe("");
}

function said(sentence: string): string {
  return `oxy: ${sentence}\n(run with --help to see what is expected)\n`;
}
