import { output, secret, type Output } from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { registering, SECRET } from "../engine-fixture.ts";
import { asFound, declare, OxyProvider } from "./declare.ts";
import { redisServer } from "./local/redis-server.ts";
import { release } from "./release.ts";
import { upstashDatabase } from "./upstash/database.ts";

const inputs = { stack: "trial", persistence: "none", maxMemoryMb: 64 } as const;

function provider(): OxyProvider {
  return new OxyProvider("oxy", { home: "/home/of/the/test" });
}

function known<T>(value: Output<T>): Promise<T> {
  return new Promise((resolve) => {
    value.apply(resolve);
  });
}

test("the engine gets type, name, inputs and options of a declaration", async () => {
  const { registered } = await registering("trial", async () => {
    const maxMemoryMb = output(64);
    declare(redisServer, "store", { ...inputs, maxMemoryMb }, { provider: provider(), protect: true });
  });
  expect(registered).toEqual([
    expect.objectContaining({ type: "pulumi:providers:oxy", inputs: { home: "/home/of/the/test" } }),
    {
      type: "oxy:local:RedisServer",
      name: "store",
      inputs,
      secrets: "[]",
      secretOutputs: ["url"],
      protect: true,
      dependencies: [],
      provider: "oxy",
      ignoreChanges: [],
    },
  ]);
});

test("the program gets the outputs by name, and none of the inputs among them", async () => {
  const { result } = await registering("trial", async () =>
    declare(redisServer, "store", inputs, { provider: provider() }),
  );
  expect(Object.keys(result.outputs)).toEqual(["condition", "url"]);
  expect(await known(output(result.outputs))).toEqual({
    condition: "condition of the test",
    url: "url of the test",
  });
});

test("a resource waits for the one whose output it takes, and takes a secret as one", async () => {
  const { registered } = await registering("trial", async () => {
    const options = { provider: provider() };
    const { outputs } = declare(redisServer, "store", inputs, options);
    declare(release, "release", { stack: "trial", image: secret(outputs.url) }, options);
  });
  expect(registered.find(({ name }) => name === "release")).toMatchObject({
    inputs: { stack: "trial", image: SECRET },
    secrets: JSON.stringify(["url of the test"]),
    dependencies: ["store"],
  });
});

const database = { stack: "trial", region: "us-east-1", plan: "payg", budget: 0, prodPack: false } as const;

test("an input that is an output too is given", async () => {
  const { registered } = await registering("trial", async () => {
    declare(upstashDatabase, "store", { ...database, databaseId: "d-1" }, { provider: provider() });
  });
  expect(registered.find(({ name }) => name === "store")?.inputs).toEqual({ ...database, databaseId: "d-1" });
});

test("what is kept as it is found is imported by its identity, and every other difference is ignored", () => {
  expect(asFound(upstashDatabase, { ...database, databaseId: "d-1" })).toEqual({
    import: "trial/store@us-east-1/d-1",
    ignoreChanges: ["plan", "budget", "prodPack", "condition", "endpoint", "url"],
    retainOnDelete: true,
  });
});
