import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { webProcess, wrote } from "../contract/calling-fixture.ts";
import { useRecord } from "../conversation/record-fixture.ts";
import { privacyTable } from "../dev/privacy-table.ts";
import { KEY_FAMILIES, nameKey } from "./key-families.ts";

const deploy = useRecord();
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What has an end of its own, and when that is. */
const ENDS: Readonly<Record<string, number>> = {
  inbox: 26 * HOUR_MS,
  sent: 7 * DAY_MS,
  queued: 7 * DAY_MS,
  begun: 2 * DAY_MS,
  day: 40 * DAY_MS,
  hourly: 2 * HOUR_MS,
};

test("the page has the table of all keys", async () => {
  const page = await readFile(new URL("../../docs/privacy.md", import.meta.url), "utf8");
  expect(page).toContain(privacyTable());
});

test("what ends by itself does, and texts end with the retention time", async () => {
  const deployment = deploy();
  const { redis, keys } = deployment;
  const web = await webProcess(deployment, ["ana"]);
  const [chat, number] = ["987001234567890@lid", "5511987654321"];
  await wrote(deployment, "ana", chat, number);
  const talk = await deployment.chat("ana", chat);
  await talk.commit(await talk.think(), "um", "dois");
  const refused = await talk.part();
  await talk.ack(refused.id);
  await talk.refuse((await talk.part()).id);
  await web.performing.perform("automation.put", {
    organization: "ana",
    id: "f",
    name: "F",
    trigger: { on: "tag", tag: "vip" },
    steps: [{ do: "wait", minutes: 5 }],
  });
  await web.performing.perform("contact.tag", { organization: "ana", contact: { chat }, tag: "vip" });
  await web.performing.perform("message.send", { organization: "ana", id: "m", to: { number }, text: "oi" });
  await web.close();

  const seen = new Set<string>();
  for (const key of await redis.keys(`${keys.prefix}:*`)) {
    const family = key.split(":")[1] ?? "";
    seen.add(family);
    expect(nameKey(keys.prefix, key), key).toBeDefined();
    const most = ENDS[family];
    if (most === undefined) continue;
    const left = await redis.pttl(key);
    expect(left, key).toBeGreaterThan(most - HOUR_MS);
    expect(left, key).toBeLessThanOrEqual(most);
  }
  expect([...seen]).toEqual(expect.arrayContaining(Object.keys(ENDS)));
  for (const list of ["history", "failed"]) {
    const left = await redis.pttl(`${keys.prefix}:conversation:ana:${chat}:${list}`);
    expect(left).toBeGreaterThan(89 * DAY_MS);
    expect(left).toBeLessThanOrEqual(90 * DAY_MS);
  }
  expect(Object.keys(KEY_FAMILIES)).toEqual(expect.arrayContaining([...seen]));
});
