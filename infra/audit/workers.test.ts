import { expect, test } from "vitest";
import { workersOf } from "./workers.ts";

const name = (queue: string): string => Buffer.from(queue).toString("base64");
const listOf = (...names: readonly string[]): string =>
  names.map((each, id) => `id=${id} addr=127.0.0.1:1 name=${each} age=1 flags=b cmd=bzpopmin`).join("\n");

test("workers with and without a name are counted, queue events and others are not", () => {
  const mail = name("mail");
  const list = listOf(
    `bull:${mail}`,
    `bull:${mail}:w:one`,
    `bull:${mail}:qe`,
    `other:${mail}`,
    "",
    "bull:bWE=",
  );
  expect(workersOf({ prefix: "bull", name: "mail" }, list)).toBe(2);
  expect(workersOf({ prefix: "bull", name: "ma" }, list)).toBe(1);
});

test("where a prefix has colons, the queue is found wherever its name begins", () => {
  const list = listOf(`app:bull:${name("mail")}`);
  expect(workersOf({ prefix: "app", name: "bull:mail" }, list)).toBe(1);
});
