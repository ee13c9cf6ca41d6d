import { expect, test } from "vitest";
import { z } from "zod";
import { field } from "./stack-config/field.ts";
import { InvalidFile, readYaml } from "./yaml-file.ts";

const count = field(z.int().min(1), { about: "How many.", expected: "an integer from 1 on" });
const schema = z.strictObject({
  name: field(z.string().optional(), { about: "Its name.", expected: "a text" }),
  parts: z.array(z.strictObject({ count, tags: z.record(z.string(), count).optional() })).default([]),
});

/** Every problem of a file that says that. */
function problemsOf(text: string): readonly string[] {
  try {
    readYaml("list.yaml", text, schema);
    return [];
  } catch (error) {
    if (error instanceof InvalidFile) return error.problems;
    throw error;
  }
}

test("what is as it should be is read, and each line is known", () => {
  const file = readYaml("list.yaml", "name: ana\nparts:\n  - count: 2\n    tags:\n      new: 7\n", schema);
  expect(file.value).toEqual({ name: "ana", parts: [{ count: 2, tags: { new: 7 } }] });
  expect(file.lineOf(["parts", 0, "tags", "new"])).toBe(5);
  expect(file.problem(["parts", 0, "count"], "more", "2")).toBe(
    "list.yaml:3: parts.0.count: expected more, got 2",
  );
});

test("of what is not there, the line is that of the nearest around it", () => {
  const file = readYaml("list.yaml", "name: ana\nparts:\n  - count: 2\n", schema);
  expect(file.lineOf(["parts", 0, "tags"])).toBe(3);
  expect(file.lineOf(["nothing"])).toBe(1);
});

test("each unknown key is told, with its own line and the nearest that there is, wherever it stands", () => {
  expect(problemsOf("nme: ana\nlabels: 1\nparts:\n  - count: 2\n    tgs: {}\n")).toEqual([
    "list.yaml:5: parts.0.tgs: expected a known key, got an unknown one; the nearest is tags",
    "list.yaml:1: nme: expected a known key, got an unknown one; the nearest is name",
    "list.yaml:2: labels: expected a known key, got an unknown one; the nearest is name",
  ]);
});

test("what was expected is what the documented schema says: under an option, in a list, and in a record", () => {
  expect(problemsOf("name: 5\nparts:\n  - count: 0\n    tags:\n      new: many\n  - {}\n")).toEqual([
    "list.yaml:1: name: expected a text, got 5",
    "list.yaml:3: parts.0.count: expected an integer from 1 on, got 0",
    'list.yaml:5: parts.0.tags.new: expected an integer from 1 on, got "many"',
    "list.yaml:6: parts.1.count: expected an integer from 1 on, got nothing",
  ]);
});

test("of several documented schemas on the way, the innermost says what is expected", () => {
  const counts = field(z.array(count), { about: "Some counts.", expected: "a list of counts" });
  const problems = (text: string): readonly string[] => {
    try {
      readYaml("list.yaml", text, z.strictObject({ counts }));
      return [];
    } catch (error) {
      if (error instanceof InvalidFile) return error.problems;
      throw error;
    }
  };
  expect(problems("counts: 7\n")).toEqual(["list.yaml:1: counts: expected a list of counts, got 7"]);
  expect(problems("counts:\n  - 7\n  - no\n")).toEqual([
    'list.yaml:3: counts.1: expected an integer from 1 on, got "no"',
  ]);
});

test("what is a list, an object or nothing is named so, whatever is in it", () => {
  expect(problemsOf("name: [secret]\n")).toEqual(["list.yaml:1: name: expected a text, got a list"]);
  expect(problemsOf("name: { of: secret }\n")).toEqual(["list.yaml:1: name: expected a text, got an object"]);
  expect(problemsOf("name: null\n")).toEqual(["list.yaml:1: name: expected a text, got nothing"]);
});

test("a file that is something else altogether has no key to be told of", () => {
  expect(problemsOf("- 1\n")).toEqual([expect.stringMatching(/^list\.yaml:1: expected .*, got a list$/)]);
});

test("what is no YAML, and a key that is there twice, have their line", () => {
  expect(problemsOf("name: [ana\n")).toEqual([expect.stringMatching(/^list\.yaml:\d: expected YAML, got/)]);
  expect(problemsOf("name: ana\nname: eva\n")).toEqual([
    expect.stringMatching(/^list\.yaml:2: expected YAML, got/),
  ]);
});
