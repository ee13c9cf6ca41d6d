import { afterAll, beforeAll, expect, test } from "vitest";
import { secret } from "./client-fixture.ts";
import { startProvider } from "./provider-fixture.ts";

let running: Awaited<ReturnType<typeof startProvider>>;

beforeAll(async () => {
  running = await startProvider([]);
});

afterAll(() => running.stop());

test("a usable configuration comes back as it is, the engine's own settings too", async () => {
  const config = { home: "/somewhere", version: "1.2.3" };
  expect(await running.engine.checkConfig(config)).toEqual({ inputs: config, failures: [] });
});

test("what is wrong is told without values: the engine does not say which are secret", async () => {
  expect(await running.engine.checkConfig({ home: "here", hone: secret("x") })).toMatchObject({
    failures: [
      { property: "", reason: "home: expected an absolute path, got a value of 4 characters" },
      { property: "", reason: "hone: expected a known key (the nearest is home), got an unknown one" },
    ],
  });
});

test("a provider is not configured with what is missing", async () => {
  await expect(running.engine.configure({})).rejects.toMatchObject({
    details: "the provider is not configured: home: expected an absolute path, got nothing",
  });
});

test("the same stack from another machine has not changed", async () => {
  expect(await running.engine.diffConfig({ home: "/a", version: "1.0.0" }, { home: "/b" })).toMatchObject({
    isChanged: false,
  });
});

test("the engine may send secrets, and asks for previews", async () => {
  expect(await running.engine.handshake()).toMatchObject({ acceptSecrets: true, acceptOutputs: false });
  expect(await running.engine.configure({ home: "/somewhere" })).toMatchObject({
    acceptsecrets: true,
    supportspreview: true,
  });
});
