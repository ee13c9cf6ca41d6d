import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InvalidSession, readMultiFileSession } from "./multi-file-session.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "multi-file-"));
});
afterEach(() => rm(folder, { recursive: true }));

const bytesOf = (length: number) => ({
  type: "Buffer",
  data: Buffer.alloc(length, 7).toString("base64"),
});
const keyPair = { private: bytesOf(32), public: bytesOf(32) };
/** As useMultiFileAuthState of Baileys 7.0.0-rc14 writes it, but for what nobody looks at. */
const creds = {
  noiseKey: keyPair,
  signedIdentityKey: keyPair,
  signedPreKey: { keyPair, signature: bytesOf(64), keyId: 1 },
  registrationId: 99,
  advSecretKey: "c2VjcmV0",
  nextPreKeyId: 31,
  firstUnuploadedPreKeyId: 31,
  me: { id: "5511999990000:3@s.whatsapp.net", name: "Loja" },
  account: { details: bytesOf(10) },
};

async function write(files: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
}

const reading = () => readMultiFileSession(folder);

test("a folder is read by what each file is, with its text as it is", async () => {
  const text = ' {"_sessions": {}} ';
  await write({ "creds.json": creds, "session-5511988880000.0.json": text });
  const { account, values, ignored } = await reading();
  expect(account).toBe("5511999990000:3@s.whatsapp.net");
  expect(values.get("session:5511988880000.0")).toBe(text);
  expect(JSON.parse(values.get("creds") ?? "")).toEqual(creds);
  expect(ignored).toEqual([]);
});

test("an account that has a LID is named by it, as the worker does", async () => {
  await write({ "creds.json": { ...creds, me: { ...creds.me, lid: "99887766:3@lid" } } });
  expect((await reading()).account).toBe("99887766:3@lid");
});

test.each([
  ["pre-key-12.json", "pre-key:12"],
  ["session-5511988880000_1.99.json", "session:5511988880000_1.99"],
  ["sender-key-120363@g.us--5511988880000--0.json", "sender-key:120363@g.us::5511988880000::0"],
  ["sender-key-5511-1400@g.us--55_1--12.json", "sender-key:5511-1400@g.us::55_1::12"],
  ["sender-key-memory-120363@g.us.json", "sender-key-memory:120363@g.us"],
  ["app-state-sync-key-AAAA__b+c__=.json", "app-state-sync-key:AAAA/b+c/="],
  ["app-state-sync-version-critical_block.json", "app-state-sync-version:critical_block"],
  ["lid-mapping-5511988880000.json", "lid-mapping:5511988880000"],
  ["lid-mapping-99887766_reverse.json", "lid-mapping:99887766_reverse"],
  ["device-list-5511988880000.json", "device-list:5511988880000"],
  ["tctoken-__index.json", "tctoken:__index"],
  ["identity-key-5511988880000.0.json", "identity-key:5511988880000.0"],
])("%s is the value %s", async (name, field) => {
  await write({ "creds.json": creds, [name]: "{}" });
  expect([...(await reading()).values.keys()].toSorted()).toEqual(["creds", field].toSorted());
});

test("what is of no session is left aside and named", async () => {
  await mkdir(join(folder, "old"));
  await write({ "creds.json": creds, ".DS_Store": "?", "session-.json": "?", "pre-key-1.json.bak": "?" });
  const { values, ignored } = await reading();
  expect([...values.keys()]).toEqual(["creds"]);
  expect(ignored).toEqual([".DS_Store", "pre-key-1.json.bak", "session-.json"]);
});

describe("a folder of no use is refused with what and where, and nothing of it", () => {
  const { me: _me, ...unlinked } = creds;
  const { account: _account, ...unregistered } = creds;
  const shortKey = { ...creds, noiseKey: { ...keyPair, private: bytesOf(31) } };
  test.each([
    ["no credentials", { "pre-key-1.json": "{}" }, /: expected creds\.json in it, .* got none$/],
    ["never linked", { "creds.json": unlinked }, /creds\.json: .* got one that was never linked$/],
    ["not linked to the end", { "creds.json": unregistered }, /creds\.json: .* never linked$/],
    [
      "credentials of something else",
      { "creds.json": { user: "ana" } },
      /got something else in noiseKey, signedIdentityKey, signedPreKey, /,
    ],
    ["no object", { "creds.json": "7" }, /creds\.json: expected credentials of Baileys, got something else$/],
    ["a key that is cut", { "creds.json": shortKey }, /got something else in noiseKey\.private$/],
    ["a file that is empty", { "creds.json": creds, "pre-key-1.json": "" }, /pre-key-1\.json: .* empty file/],
    [
      "a file that was cut",
      { "creds.json": creds, "pre-key-1.json": '{"private":"c2VjcmV0' },
      /pre-key-1\.json: expected JSON, got something else: was its process stopped/,
    ],
  ])("%s", async (_, files, sentence) => {
    await write(files);
    const error = (await reading().catch((reason: unknown) => reason)) as Error;
    expect(error).toBeInstanceOf(InvalidSession);
    expect(error.message).toMatch(sentence);
    expect(error.message).toContain(folder);
    for (const secret of [keyPair.private.data, "c2VjcmV0"]) expect(error.message).not.toContain(secret);
  });

  test("nothing at that place, or a file", async () => {
    await expect(readMultiFileSession(join(folder, "nowhere"))).rejects.toThrow(/got ENOENT$/);
    await write({ file: "" });
    await expect(readMultiFileSession(join(folder, "file"))).rejects.toThrow(/got ENOTDIR$/);
  });
});
