import { describe, expect, test } from "vitest";
import { secret, UNKNOWN_TEXT } from "./client-fixture.ts";
import { useProvider } from "./provider-fixture.ts";
import { toy } from "./toy-fixture.ts";

const { engine } = useProvider([toy]);

describe("what is different", () => {
  const old = {
    name: "one",
    size: 1,
    zone: "east",
    labels: { a: "1", b: "2" },
    list: ["x"],
    password: secret("abc"),
  };
  const state = { ...old, url: "u", generated: secret("g"), running: true };

  test("nothing, when nothing is", async () => {
    expect(await engine().diff(old, state, old)).toEqual({
      isChanged: false,
      replaces: [],
      details: {},
    });
  });

  test("each value, by its path", async () => {
    const next = {
      ...old,
      size: 2,
      labels: { b: "3", "c d": "4" },
      list: ["x", "y"],
      password: secret("abd"),
    };
    expect(await engine().diff(old, state, next)).toEqual({
      isChanged: true,
      replaces: [],
      details: {
        size: "update",
        "labels.a": "delete",
        "labels.b": "update",
        'labels["c d"]': "add",
        "list[1]": "add",
        password: "update",
      },
    });
  });

  test("what cannot be changed in place replaces", async () => {
    expect(await engine().diff(old, state, { ...old, zone: "west", size: 2 })).toEqual({
      isChanged: true,
      replaces: ["zone"],
      details: { zone: "update_replace", size: "update" },
    });
  });

  test("what the id is made of replaces, also when it is not known yet", async () => {
    for (const name of ["two", UNKNOWN_TEXT])
      expect(await engine().diff(old, state, { ...old, name, size: 2 })).toMatchObject({
        replaces: ["name"],
        details: { name: "update_replace", size: "update" },
      });
  });

  test("an input that is not known yet may be", async () => {
    const next = { ...old, password: secret(UNKNOWN_TEXT), settings: { color: UNKNOWN_TEXT } };
    expect(await engine().diff(old, state, next)).toMatchObject({
      isChanged: true,
      details: { password: "update", settings: "add" },
    });
  });

  test("an output that is not as it should be", async () => {
    expect(await engine().diff(old, { ...state, running: false }, old)).toEqual({
      isChanged: true,
      replaces: [],
      details: { running: "update" },
    });
  });

  test("an input that was last seen to be another", async () => {
    expect(await engine().diff(old, { ...state, size: 7 }, old)).toMatchObject({
      details: { size: "update" },
    });
  });

  test("a value that has become a secret, without a replacement", async () => {
    const next = { ...old, zone: secret("east") };
    expect(await engine().diff(old, state, next)).toEqual({
      isChanged: true,
      replaces: [],
      details: { zone: "update" },
    });
  });

  test("not what the program ignores", async () => {
    const next = { ...old, size: 2, zone: "west", labels: { a: "9", b: "2" }, list: ["z"] };
    const ignored = ["size", "zone", 'labels["a"]', "list[*]", "running"];
    expect(await engine().diff(old, { ...state, running: false }, next, ignored)).toMatchObject({
      isChanged: false,
    });
  });
});
