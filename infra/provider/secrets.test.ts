import { describe, expect, test } from "vitest";
import { Secrets, wrapLike } from "./secrets.ts";
import { Secret, UNKNOWN } from "./values.ts";

function knowing(...secrets: (string | number)[]): Secrets {
  const known = new Secrets();
  known.add(secrets.map((value) => new Secret(value)));
  return known;
}

describe("what was secret is secret again", () => {
  test("at the same place", () => {
    const model = { a: new Secret(true), b: { c: new Secret(1), d: 2 } };
    expect(wrapLike({ a: false, b: { c: 3, d: 4 }, e: 5 }, model)).toEqual({
      a: new Secret(false),
      b: { c: new Secret(3), d: 4 },
      e: 5,
    });
  });

  test("in a list that is as it was, where it was; in a changed one, everywhere", () => {
    const model = [1, new Secret(2)];
    expect(wrapLike([1, 2], model)).toEqual(model);
    expect(wrapLike([2, 1], model)).toEqual(new Secret([2, 1]));
  });

  test("all of it, where the place is gone", () => {
    expect(wrapLike(1, { a: new Secret(1) })).toEqual(new Secret(1));
    expect(wrapLike({ a: 1 }, [new Secret(1)])).toEqual(new Secret({ a: 1 }));
  });

  test("also when it was not known", () => {
    expect(wrapLike("now", new Secret(UNKNOWN))).toEqual(new Secret("now"));
  });
});

describe("a secret is found", () => {
  test("in a text, as it is in a URL and in JSON", () => {
    const secrets = knowing('p@ss"word');
    expect(secrets.redact('p@ss"word p%40ss%22word p@ss\\"word')).toBe("[secret] [secret] [secret]");
  });

  test("whole, when another is a part of it", () => {
    expect(knowing("ab", "abcd").redact("abcd ab")).toBe("[secret] [secret]");
  });

  test("as a number that is not a common one", () => {
    const secrets = knowing(54321, 7);
    expect(secrets.wrap([54321, 7, "port 54321"])).toEqual([new Secret(54321), 7, new Secret("port 54321")]);
  });

  test("in a key, whose object is secret then", () => {
    expect(knowing("key").wrap({ a: { "my key": 1 } })).toEqual({ a: new Secret({ "my key": 1 }) });
  });
});
