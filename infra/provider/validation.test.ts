import { status } from "@grpc/grpc-js";
import { readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { secret, UNKNOWN_TEXT, type Wire } from "./client-fixture.ts";
import { useProvider } from "./provider-fixture.ts";
import { toy } from "./toy-fixture.ts";

const { engine, home, create } = useProvider([toy]);

async function reasons(given: Wire): Promise<string[]> {
  return (await engine().check(given)).failures.map(({ reason }) => reason);
}

describe("what is checked", () => {
  test("a value is refused with what was expected and what was got", async () => {
    expect(
      await reasons({ name: "ONE", size: 11, zone: "north", list: [true], settings: { depth: 0.5 } }),
    ).toEqual([
      'name: expected a lower-case name, got "ONE"',
      "size: expected at most 10, got 11",
      'zone: expected one of "east", "west", got "north"',
      "settings.depth: expected a whole number, got 0.5",
      "list[0]: expected a string or a number, got true",
    ]);
  });

  test("what is missing is named", async () => {
    expect(await reasons({})).toEqual(["name: expected a string, got nothing"]);
  });

  test("an unknown key is refused with the nearest one, at any depth", async () => {
    expect(await reasons({ name: "one", pasword: "x", settings: { colour: "red" } })).toEqual([
      "settings.colour: expected a known key (the nearest is color), got an unknown one",
      "pasword: expected a known key (the nearest is password), got an unknown one",
    ]);
  });

  test("what only several inputs together can violate is refused", async () => {
    expect(await reasons({ name: "one", size: 10, zone: "west" })).toEqual([
      "size: expected less than 10 in the west, got 10",
    ]);
  });

  test("a secret in a value that is none is not told either", async () => {
    expect(await reasons({ name: "X-hunter2", password: secret("hunter2") })).toEqual([
      'name: expected a lower-case name, got "X-[secret]"',
    ]);
  });

  test("the value of a secret is not told, nor given to the engine to be printed", async () => {
    const { failures } = await engine().check({ name: "one", password: secret("hi"), token: "xy" });
    expect(failures).toEqual([
      { property: "", reason: "password: expected at least 3 characters, got a value of 2 characters" },
      { property: "", reason: "token: expected at least 3 characters, got a value of 2 characters" },
    ]);
  });

  test("nor are the keys of a secret object", async () => {
    const { failures } = await engine().check({ name: "one", settings: secret({ hidden: 1 }) });
    expect(failures).toEqual([
      { property: "", reason: "settings: expected only known keys, got a value of 12 characters" },
    ]);
  });

  test("an asset is refused in a sentence", async () => {
    const asset = { "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", text: "x" };
    await expect(engine().check({ name: "one", anything: { a: [asset] } })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: "anything.a[0]: expected a plain value, got an asset",
    });
  });

  test("a type that there is not is refused with the nearest one", async () => {
    Object.assign(engine(), { type: "oxy:toy:Think" });
    await expect(engine().check({})).rejects.toMatchObject({
      details: "there is no resource oxy:toy:Think (the nearest is oxy:toy:Thing)",
    });
  });
});

describe("what a preview does not know yet", () => {
  test("passes, with the defaults of the others", async () => {
    const given = { name: UNKNOWN_TEXT, password: secret(UNKNOWN_TEXT), settings: { color: UNKNOWN_TEXT } };
    expect(await engine().check(given)).toEqual({
      inputs: { ...given, size: 1, zone: "east" },
      failures: [],
    });
  });

  test("does not hide what is wrong beside it", async () => {
    const given = {
      name: UNKNOWN_TEXT,
      size: 11,
      settings: { color: UNKNOWN_TEXT, depth: "x", deep: 1 },
      sise: 1,
    };
    expect(await reasons(given)).toEqual([
      "size: expected at most 10, got 11",
      "sise: expected a known key (the nearest is size), got an unknown one",
      'settings.depth: expected a number, got "x"',
      "settings.deep: expected a known key (the nearest is depth), got an unknown one",
    ]);
  });

  test("is unknown in the state, as are all outputs, and nothing is created", async () => {
    const { inputs } = await engine().check({ name: UNKNOWN_TEXT });
    const { id, state } = await engine().create(inputs, { preview: true });
    expect(id).toBe("");
    expect(state).toEqual({
      ...inputs,
      url: UNKNOWN_TEXT,
      generated: secret(UNKNOWN_TEXT),
      running: UNKNOWN_TEXT,
      echo: UNKNOWN_TEXT,
    });
    expect(await readdir(home())).toEqual([]);
  });

  test("are the outputs of what would be updated", async () => {
    const { id, inputs, state } = await create({ name: "one" });
    const previewed = await engine().update(id, inputs, state, { ...inputs, size: 2 }, true);
    expect(previewed).toMatchObject({
      name: "one",
      size: 2,
      url: UNKNOWN_TEXT,
      // It is said to stay: who uses it is not shown as changing too.
      generated: secret("generated-thing-one"),
    });
    expect(await engine().update(id, inputs, state, inputs, true)).toEqual(state);
  });
});
