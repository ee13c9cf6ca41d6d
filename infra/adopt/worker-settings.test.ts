import { expect, test } from "vitest";
import { DEPLOYMENT_SETTINGS } from "../workload.ts";
import { sortSettings, workerSettings } from "./worker-settings.ts";

const PAGE = `
| key | what | value | default |
| --- | --- | --- | --- |
| \`OPENAI_MODEL\` | The model that answers. | the name of a model | \`gpt-4o-mini\` |
| \`OPENAI_API_KEY\` | Key of the AI's API. Secret. | a key | required |
| \`REDIS_URL\` | The store. Secret. | redis://… | required |
`;

test("what the worker knows is what its page lists, without what only the deployment makes", async () => {
  expect(await workerSettings(PAGE)).toEqual({
    plain: new Set(["OPENAI_MODEL"]),
    secret: new Set(["OPENAI_API_KEY"]),
  });
});

test("the page of this project lists settings of both kinds", async () => {
  const { plain, secret } = await workerSettings();
  expect([...plain]).toEqual(expect.arrayContaining(["NODE_ENV", "OPENAI_BASE_URL", "OXY_LEASE_SECONDS"]));
  expect([...secret]).toEqual(
    expect.arrayContaining([
      "OXY_ENCRYPTION_KEYS",
      "OPENAI_API_KEY",
      "OXY_BOARD_PASSWORD",
      "OXY_ADMIN_TOKEN",
    ]),
  );
  const made = Object.keys(DEPLOYMENT_SETTINGS);
  expect([...plain, ...secret].filter((name) => made.includes(name))).toEqual([]);
});

test("settings are sorted by what becomes of them; where services differ, the last one counts and it is said", async () => {
  const known = await workerSettings(PAGE);
  const web = { OPENAI_MODEL: "gpt-4o", OPENAI_API_KEY: "sk-1", CRM: "x", PORT: "10000" };
  const worker = { OPENAI_MODEL: "gpt-4o-mini", OPENAI_API_KEY: "sk-1", REDIS_URL: "redis://r", EMPTY: "" };
  expect(sortSettings([web, worker], known)).toEqual({
    plain: { OPENAI_MODEL: "gpt-4o-mini" },
    secrets: { OPENAI_API_KEY: "sk-1" },
    unknown: ["CRM"],
    disagreeing: ["OPENAI_MODEL"],
  });
});
