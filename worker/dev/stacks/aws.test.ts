import { afterAll, describe, expect, test } from "vitest";
import { Crowd } from "../scenarios/crowd.ts";
import { table } from "../scenarios/table.ts";
import type { Phone } from "../whatsapp/phone.ts";
import { resultOf } from "./conversation-fixture.ts";
import type { EmulatedApis } from "./emulated-apis-fixture.ts";
import { engine } from "./engine-fixture.ts";
import { configOf, Rehearsal } from "./rehearsal-fixture.ts";
import { StackProject } from "./stack-fixture.ts";
import { awsTargets, targets } from "./targets-fixture.ts";

const CONVERSATIONS = 24;
/** About how long a contact waits before it writes again. */
const PAUSE_MS = 3_000;

const rows: string[][] = [];

/** Links a number as an operator does who reaches the workers through the load balancer only. */
async function pair({ project, whatsapp, phones }: Rehearsal, organization: string): Promise<Phone> {
  await project.must(["org", "add", organization]);
  const phone = whatsapp.phone();
  const scans: Promise<void>[] = [];
  await project.must(["pair", organization], undefined, {
    onAnswer: ({ kind, qr }) => {
      if (kind === "qr") scans.push(phone.scan(String(qr)));
    },
  });
  await Promise.all(scans);
  await phone.waitFor(() => phone.online);
  phone.forgetGaps();
  phones.push(phone);
  return phone;
}

async function pidsOf(apis: EmulatedApis): Promise<readonly (number | undefined)[]> {
  return (await apis.services()).filter(({ kind }) => kind === "container").map(({ pid }) => pid);
}

/** What customers saw while something happened to those who answer them. */
async function among(rehearsal: Rehearsal, what: string, happens: () => Promise<unknown>): Promise<void> {
  for (const phone of rehearsal.phones) phone.forgetGaps();
  const talk = rehearsal.talk(CONVERSATIONS);
  const crowd = new Crowd(talk, rehearsal.phones, PAUSE_MS);
  crowd.start();
  await rehearsal.whatsapp.waitFor(() => talk.messages >= CONVERSATIONS / 2);
  const began = performance.now();
  await happens();
  const seconds = (performance.now() - began) / 1_000;
  await crowd.stop(60_000);
  const report = talk.report();
  rows.push([
    what,
    seconds.toFixed(1),
    `${report.messages}`,
    `${report.messages - report.lost}`,
    `${report.lost}`,
    `${report.seenTwice}`,
    Math.max(...rehearsal.phones.map(({ longestGapMs }) => longestGapMs)).toFixed(0),
    `${Math.max(...rehearsal.phones.map(({ maxConnections }) => maxConnections))}`,
  ]);
  expect(report).toMatchObject({ lost: 0, seenTwice: 0, undecryptable: 0, nacks: 0 });
  for (const phone of rehearsal.phones) expect(phone).toMatchObject({ maxConnections: 1, conflicts: 0 });
}

describe.skipIf(engine === undefined)("a stack on AWS (needs the Pulumi engine)", () => {
  test("is refused by its preview in one sentence where nobody's credentials are found, before anything is made", async () => {
    const project = await (await StackProject.create()).withSecrets();
    const image = `registry.invalid/oxy-worker@sha256:${"a".repeat(64)}`;
    await project.configure({}, image, configOf(awsTargets["ecs-fargate"]));
    const environment = {
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      UPSTASH_EMAIL: "ana@example.com",
      UPSTASH_API_KEY: "key-of-the-test",
    };
    const { code, stderr } = await project.oxy(["preview"], { environment });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^oxy: this stack cannot be deployed:\n {2}fleets[.]main[.]account: expected credentials of AWS, got none from environment variables [^\n]+\n$/,
    );
  }, 60_000);
});

describe.skipIf(engine === undefined)("a stack on AWS, rehearsed (needs the Pulumi engine)", () => {
  afterAll(() => {
    if (rows.length === 0) return;
    const head = [
      "what happened",
      "s",
      "in",
      "answered",
      "lost",
      "seen twice",
      "longest gap ms",
      "connections at once",
    ];
    console.info(table(head, rows));
  });

  test("is operated through its load balancer; a release and Spot lose nothing", async () => {
    const rehearsal = await Rehearsal.prepare("staging");
    const { project, apis } = rehearsal;
    const target = awsTargets["ecs-fargate, elasticache"];
    await rehearsal.configure(target, {}, false);
    const up = await project.oxy(["up", "--yes"]);
    expect(up).toMatchObject({ code: 0, stderr: "" });
    expect(up.stdout).toContain("made OXY_STORE_PASSWORD, kept encrypted in ");
    await pair(rehearsal, "ana");
    await pair(rehearsal, "bia");

    await among(rehearsal, "release", async () => {
      await rehearsal.configure(target, { OXY_LOG_LEVEL: "debug" }, false);
      expect((await rehearsal.up())["changes"]).toMatchObject({ update: expect.any(Number) });
    });
    await among(rehearsal, "Spot takes its task", async () => {
      const before = await pidsOf(apis);
      expect(await apis.interrupt("worker", "there")).toHaveLength(1);
      // One less of those that were there, and as many as before.
      await expect
        .poll(async () => (await pidsOf(apis)).filter((pid) => before.includes(pid)).length, {
          timeout: 60_000,
        })
        .toBe(before.length - 1);
      await expect.poll(async () => (await pidsOf(apis)).length, { timeout: 60_000 }).toBe(before.length);
    });

    // The task in the place of the one that Spot took gets its part of the numbers at about this moment.
    const there = { state: "open", place: "ecs-fargate/us-east-1" };
    await expect
      .poll(async () => resultOf(await project.must(["status"]))["sessions"], { timeout: 60_000 })
      .toMatchObject({ ana: there, bia: there });
    const status = resultOf(await project.must(["status"]));
    expect(status["processes"]).toMatchObject(
      ["web", "worker", "worker"].map((name) => ({ process: { name, condition: "running" } })),
    );
    const printed = await project.must(["logs", "--lines", "20"]);
    expect(JSON.stringify(printed)).toContain("answered");
    expect(Object.keys((await rehearsal.up())["changes"] as object)).toEqual(["same"]);
    await project.must(["destroy", "--yes"]);
    expect(await apis.services()).toEqual([]);
  }, 400_000);

  test("that no command reaches is not said to run when its first release does not, however often that is tried", async () => {
    const rehearsal = await Rehearsal.prepare("staging");
    const { project, apis } = rehearsal;
    const target = awsTargets["ecs-fargate, out of reach"];
    await rehearsal.configure(target, { OXY_AI_TIMEOUT_MS: "nonsense" }, false);
    const first = await project.oxy(["up", "--yes"]);
    expect(first).toMatchObject({ code: 1, stderr: expect.stringMatching(/^oxy: main-all: [^\n]+\n$/) });
    const second = await project.oxy(["up", "--yes"]);
    expect(second).toMatchObject({ code: 1, stderr: expect.stringMatching(/^oxy: [^\n]*all[^\n]+\n$/) });

    await rehearsal.configure(target, {}, false);
    const mended = await project.oxy(["up", "--yes"]);
    expect(mended).toMatchObject({ code: 0, stderr: "" });
    expect(mended.stdout).toContain("Next: loadBalancer: true for the day on which numbers are paired");
    expect(await pidsOf(apis)).toHaveLength(1);
    const unreachable = await project.oxy(["org", "add", "ana"]);
    expect(unreachable.code).toBe(1);
    expect(unreachable.stderr).toMatch(
      /^oxy: no command reaches the workers of stack staging, because store elasticache is reachable only from private:aws\/us-east-1: let fleets[.]<name>[.]loadBalancer be true[^\n]+\n$/,
    );
    await project.must(["destroy", "--yes"]);
  }, 400_000);

  test("is switched to from Render and back, on the same store", async () => {
    const rehearsal = await Rehearsal.prepare("staging");
    await rehearsal.configure(targets.render, {}, false);
    await rehearsal.up();
    await rehearsal.link(["ana", "bia"]);
    for (const [what, target] of [
      ["render → ecs-fargate", awsTargets["ecs-fargate"]],
      ["ecs-fargate → render", targets.render],
    ] as const)
      await among(rehearsal, what, async () => {
        await rehearsal.configure(target, {}, false);
        await rehearsal.up();
      });
    for (const phone of rehearsal.phones) expect(phone.totalConnections).toBe(3);
  }, 400_000);
});
