import { expect, test, vi } from "vitest";
import type { Platform } from "../../platform.ts";
import type { Logger } from "../../runtime/logging.ts";
import { organizationSettings } from "../../sessions/organization.ts";
import { api, never, questionOf, quiet, says, useApis } from "./api-fixture.ts";
import { createAi } from "./start.ts";

useApis();

test("a budget that cannot be kept is said once for its organization, and its customers are answered all the same", async () => {
  const server = await api(says("ok"));
  const error = vi.fn<Logger["error"]>();
  const ai = { model: "m", auroraModel: "m", timeoutMs: 5_000, prices: new Map(), maxTokens: 100 };
  const platform = {
    config: { ai: { ...ai, apiKey: "key", baseUrl: server.url } },
    log: { ...quiet, error },
    keys: { prefix: "{test}" },
  } as unknown as Platform;
  const { completions } = createAi(platform);
  const settings = organizationSettings.parse({ name: "Loja", aiBudgetUsdPerDay: 1 });
  for (const organization of ["ana", "ana", "bia"]) {
    const conversation = { organization, chat: "1@lid" };
    const question = questionOf(["oi"], { settings, conversation });
    expect(await completions.answer(question, never)).toMatchObject({ texts: ["ok"] });
  }
  expect(error.mock.calls.map(([event, fields]) => [event, fields?.["organization"]])).toEqual([
    ["budget not kept", "ana"],
    ["budget not kept", "bia"],
  ]);
});
