import { status } from "@grpc/grpc-js";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { secret } from "./client-fixture.ts";
import { startProvider, useProvider } from "./provider-fixture.ts";
import { toy } from "./toy-fixture.ts";

const { engine, home, shown, logged, create } = useProvider([toy]);

describe("a resource lives", () => {
  test("it is created under its id, with its inputs and outputs as state", async () => {
    const { id, state } = await create({ name: "one" });
    expect(id).toBe("thing-one");
    expect(state).toMatchObject({
      name: "one",
      size: 1,
      zone: "east",
      url: "toy://:@thing-one",
      running: true,
    });
    expect(await readdir(home())).toEqual(["thing-one"]);
  });

  test("it is read as it is recorded", async () => {
    const { id, inputs, state } = await create({ name: "one", size: 3, password: secret("hunter2") });
    expect(await engine().read(id, { inputs, state })).toEqual({ id, inputs, state });
  });

  test("it is read as it has become", async () => {
    const { id, inputs, state } = await create({ name: "one", password: secret("hunter2") });
    const kept = await readFile(join(home(), id), "utf8");
    await writeFile(join(home(), id), kept.replace('"hunter2"', '"changed"').replace('"size":1', '"size":2'));
    const found = await engine().read(id, { inputs, state });
    expect(found.inputs).toEqual({ ...inputs, size: 2, password: secret("changed") });
    expect(found.state).toMatchObject({ size: 2, password: secret("changed") });
  });

  test("what is gone is read as gone", async () => {
    const { id, inputs, state } = await create({ name: "one" });
    await rm(join(home(), id));
    expect(await engine().read(id, { inputs, state })).toEqual({ id: "", inputs: {}, state: {} });
  });

  test("it is imported by its id alone, with the secrets that its schema knows", async () => {
    await create({ name: "one", token: "opensesame" });
    const found = await engine().read("thing-one");
    expect(found.inputs).toMatchObject({ name: "one", token: secret("opensesame") });
    expect(found.state).toMatchObject({
      generated: secret("generated-thing-one"),
      token: secret("opensesame"),
    });
  });

  test("it is updated from what is known of it", async () => {
    const { id, inputs, state } = await create({ name: "one" });
    const updated = await engine().update(id, inputs, state, { ...inputs, size: 4 });
    expect(updated).toMatchObject({ size: 4, generated: secret("generated-thing-one") });
  });

  test("it is deleted, also when it is gone already", async () => {
    const { id, inputs, state } = await create({ name: "one" });
    await engine().delete(id, inputs, state);
    await engine().delete(id, inputs, state);
    expect(await readdir(home())).toEqual([]);
  });

  test("it shows what it is doing beside it, and only for now", async () => {
    await create({ name: "one" });
    await expect
      .poll(() => shown())
      .toMatchObject([{ message: "making thing-one with undefined", urn: engine().urn, ephemeral: true }]);
  });
});

describe("secrets", () => {
  test("come back as secrets, wherever they turn up", async () => {
    const password = "p@ss word";
    const { state } = await create({
      name: "one",
      password: secret(password),
      anything: { deep: [secret("s3cr3t")] },
    });
    expect(state).toMatchObject({
      password: secret(password),
      generated: secret("generated-thing-one"),
      url: secret(`toy://:${password}@thing-one`),
      anything: { deep: [secret("s3cr3t")] },
      echo: { again: [secret('{"deep":["s3cr3t"]}'), { deep: [secret("s3cr3t")] }] },
    });
  });

  test("are cut out of errors and of progress", async () => {
    const failing = { name: "one", password: secret("hunter2"), behaviour: "fails" };
    await expect(engine().create(failing)).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: "cannot use [secret]",
    });
    await expect
      .poll(() => shown().map(({ message }) => message))
      .toEqual(["making thing-one with [secret]"]);
  });

  test("are cut out of the stack of a defect, which is logged", async () => {
    const breaking = { name: "one", password: secret("hunter2"), behaviour: "breaks" };
    await expect(engine().create(breaking)).rejects.toMatchObject({
      code: status.INTERNAL,
      details: "lost [secret] (this is a defect of the provider)",
    });
    expect(logged().join("\n")).toMatch(/^Error: lost \[secret\]\n\s+at .*toy-fixture/);
  });

  test("do not make an id, although a part of one may be one by chance", async () => {
    const chance = await create({ name: "one", password: secret("one") });
    expect(chance).toMatchObject({ id: "thing-one", state: { name: "one" } });
    await expect(engine().create({ name: secret("hunter") })).rejects.toMatchObject({
      details: expect.stringContaining("would show a secret") as string,
    });
  });
});

describe("an operation ends early", () => {
  test("when the engine cancels", async () => {
    const cancelled = { code: status.ABORTED, details: 'creating oxy:toy:Thing "one" was cancelled' };
    const hanging = expect(engine().create({ name: "one", behaviour: "hangs" })).rejects.toMatchObject(
      cancelled,
    );
    await expect.poll(() => shown().length).toBe(1);
    await engine().cancel();
    await hanging;
    await expect(engine().create({ name: "one" })).rejects.toMatchObject(cancelled);
  });

  test("when its time is over, also when the resource does not listen", async () => {
    for (const behaviour of ["hangs", "lingers"])
      await expect(engine().create({ name: "one", behaviour }, { timeout: 0.1 })).rejects.toMatchObject({
        code: status.DEADLINE_EXCEEDED,
        details: 'creating oxy:toy:Thing "one" took longer than 0.1 s',
      });
  });
});

test("a provider that is not configured says so", async () => {
  const bare = await startProvider([toy]);
  try {
    await expect(bare.engine.create({ name: "one" })).rejects.toMatchObject({
      details: "the provider is not configured",
    });
  } finally {
    bare.stop();
  }
});

test("what the provider does not do is refused by its name", async () => {
  const { client } = engine();
  const messages = (await import("@pulumi/pulumi/proto/provider_pb.js")).default;
  await expect(engine().call(client.invoke, new messages.InvokeRequest())).rejects.toMatchObject({
    code: status.UNIMPLEMENTED,
    details: "the provider oxy has no invoke",
  });
  const listing = client.list(new messages.ListRequest());
  const error = await new Promise((resolve) => listing.on("error", resolve));
  expect(error).toMatchObject({ code: status.UNIMPLEMENTED, details: "the provider oxy has no list" });
});
