import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resultOf } from "./conversation-fixture.ts";
import { engine } from "./engine-fixture.ts";
import { Rehearsal } from "./rehearsal-fixture.ts";
import type { Run } from "./stack-fixture.ts";
import { targets } from "./targets-fixture.ts";

const { render, fly, railway } = targets;

describe.skipIf(engine === undefined)("a release on a host behind an API (needs the Pulumi engine)", () => {
  test.each(Object.entries({ render, fly, railway }))(
    "%s: one that dies at its start is told with its last words, the one before answers on; logs, status and a way back work; no secret is told or kept in clear",
    async (host, target) => {
      const rehearsal = await Rehearsal.prepare("staging", [0, 50]);
      const { project, apis } = rehearsal;
      await rehearsal.configure(target, {}, false);
      const told: Run[] = [];
      const run = async (args: readonly string[]): Promise<Run> => {
        const done = await project.oxy(args);
        told.push(done);
        return done;
      };
      const first = await run(["up", "--yes"]);
      expect(first).toMatchObject({ code: 0, stderr: "" });
      const storeUrl = new URL(await rehearsal.storeUrl());
      await rehearsal.link(["ana"]);
      const talk = rehearsal.talk(2);
      const exchange = async () => {
        for (const contact of talk.contacts) talk.write(contact);
        await talk.answered(30_000);
      };
      await exchange();
      const workers = async () =>
        (await apis.services())
          .filter(({ api }) => api === host)
          .flatMap(({ kind, pid }) => (kind === "redis" ? [] : [pid]));
      const before = await workers();

      await rehearsal.configure(target, { OXY_AI_TIMEOUT_MS: "nonsense" }, false);
      const failed = await run(["up", "--yes"]);
      expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/^oxy: main-all: [^\n]*\n$/) });
      expect(failed.stderr).toContain(
        'OXY_AI_TIMEOUT_MS: expected an integer from 100 to 600000, got "nonsense"',
      );
      expect(await workers()).toEqual(before);
      await exchange();
      expect(rehearsal.phone).toMatchObject({ maxConnections: 1, totalConnections: 1 });

      await rehearsal.configure(target, {}, false);
      const mended = await run(["up", "--yes"]);
      expect(mended).toMatchObject({ code: 0, stderr: "" });
      expect(await workers()).toHaveLength(1);
      await exchange();
      expect(rehearsal.phone).toMatchObject({ maxConnections: 1, conflicts: 0 });
      const planned = resultOf(await project.must(["preview"]));
      expect(Object.keys(planned["changes"] as object)).toEqual(["same"]);

      const logs = await run(["logs", "-n", "50"]);
      expect(logs.stdout).toMatch(/^main all {2}.*"message":"ready"/m);
      const status = await run(["status"]);
      expect(status).toMatchObject({ code: 0, stderr: "" });
      expect(status.stdout).toMatch(new RegExp(`main all.* on ${host}: running`));
      expect(status.stdout).toContain("ana");

      expect(talk.report()).toMatchObject({ lost: 0, seenTwice: 0, undecryptable: 0 });
      const secrets = [
        project.secrets.OPENAI_API_KEY,
        project.secrets.OXY_ENCRYPTION_KEYS.split(":")[1] ?? "",
        decodeURIComponent(storeUrl.password),
        ...Object.entries(apis.environment).flatMap(([name, value]) =>
          /_(KEY|TOKEN)$/.test(name) && value !== "" ? [value] : [],
        ),
      ];
      expect(secrets.length).toBeGreaterThan(5);
      expect(secrets.filter((secret) => secret.length < 12)).toEqual([]);
      const printed = told.flatMap(({ stdout, stderr }) => [stdout, stderr]).join("\n");
      expect(secrets.filter((secret) => printed.includes(secret))).toEqual([]);
      const { files, holding } = await filesHolding(join(project.home, "offline"), secrets);
      expect(files.some((file) => file.endsWith("staging.json"))).toBe(true);
      expect(holding).toEqual([]);
    },
    240_000,
  );
});

/** The files below a folder, and those among them in which one of these texts is. */
async function filesHolding(
  folder: string,
  texts: readonly string[],
): Promise<{ readonly files: readonly string[]; readonly holding: readonly string[] }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  // What Redis keeps is the store itself.
  const files = entries
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("appendonlydir"))
    .map(({ parentPath, name }) => join(parentPath, name));
  const contents = await Promise.all(
    files.map(async (file) => ({ file, content: await readFile(file).catch(() => "") })),
  );
  const holding = contents.filter(({ content }) => texts.some((text) => content.includes(text)));
  return { files, holding: holding.map(({ file }) => file) };
}
