import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RequestFailed } from "../control/channel.ts";
import { Failure } from "./failure.ts";
import { readSettings } from "./org-settings.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "org-settings-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(text: string): Promise<string> {
  const path = join(folder, `${Math.random()}.yaml`);
  await writeFile(path, text);
  return path;
}

const YAML = `# Of the shop.
name: Loja da Ana
team:
  - name: Ana
    number: "5511987654321"
  - name: Bia
    number: "+55 11"
pacing:
  perDay: 50
  perMinutes: 2
optOutWords: [sair, parar]
`;

test("a file of settings is sent as it is", async () => {
  const { settings } = await readSettings(await file(YAML));
  expect(settings).toMatchObject({
    name: "Loja da Ana",
    pacing: { perDay: 50 },
    optOutWords: ["sair", "parar"],
  });
});

test("JSON is read too", async () => {
  expect((await readSettings(await file('{"name": "Loja", "typing": false}'))).settings).toEqual({
    name: "Loja",
    typing: false,
  });
});

test("what the worker says of a setting is said with the file's line", async () => {
  const path = await file(YAML);
  const { placed } = await readSettings(path);
  const said = placed(
    new RequestFailed(
      "team[1].number: expected 7 to 15 digits\npacing.perMinutes: unknown (the nearest is perMinute)\nname: expected …",
    ),
  );
  expect(said).toBeInstanceOf(Failure);
  expect((said as Failure).message).toBe(
    [
      `${path}:7: team[1].number: expected 7 to 15 digits`,
      `${path}:10: pacing.perMinutes: unknown (the nearest is perMinute)`,
      `${path}:2: name: expected …`,
    ].join("\n"),
  );
});

test("what it says of anything else is left as it is", async () => {
  const { placed } = await readSettings(await file(YAML));
  const message = "no worker took the request within 45 s: is one running on this store and namespace?";
  expect((placed(new RequestFailed(message)) as Failure).message).toBe(message);
  const other = new Error("x");
  expect(placed(other)).toBe(other);
});

test.each([
  ["no YAML", "name: [", /^\S+\.yaml:1: expected YAML/],
  ["the same key twice", "name: a\nname: b\n", /^\S+\.yaml:2: expected YAML/],
  ["a list", "- name: a\n", /^\S+\.yaml:1: expected settings/],
])("a file of %s is refused with its line", async (_, text, reason) => {
  const read = readSettings(await file(text));
  await expect(read).rejects.toBeInstanceOf(Failure);
  await expect(read).rejects.toThrow(reason);
});

test("a file that is not there is said", async () => {
  await expect(readSettings(join(folder, "none.yaml"))).rejects.toThrow(/expected a file that can be read/);
});
