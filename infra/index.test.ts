import { expect, test } from "vitest";
import * as program from "./index.ts";

test("is a program to Pulumi: a function by default, and nothing beside it", () => {
  expect(Object.keys(program)).toEqual(["default"]);
  expect(program.default).toBeInstanceOf(Function);
});
