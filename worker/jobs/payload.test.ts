import { expect, test } from "vitest";
import { z } from "zod";
import { readPayload } from "./payload.ts";

const schema = z.strictObject({ organization: z.string() });
const read = (data: unknown) => readPayload("summary", 2, schema, data);

test("a payload of this version, an older one and one from before there were versions are read", () => {
  for (const v of [2, 1, undefined])
    expect(read({ v, organization: "ana" })).toEqual({ organization: "ana" });
});

test("a newer one is refused with what to do", () => {
  expect(() => read({ v: 3, organization: "ana" })).toThrow(
    "job summary: expected version 2 or older, got 3: a newer process wrote it, this one is to be deployed again",
  );
});

test.each<[what: string, data: unknown, reason: RegExp]>([
  ["nothing", undefined, /malformed summary job: payload/],
  ["a list", [], /malformed summary job/],
  ["no organization", { v: 2 }, /malformed summary job: organization/],
  ["more than was meant", { v: 2, organization: "ana", text: "oi" }, /malformed summary job/],
  ["a version that is none", { v: 0.5, organization: "ana" }, /malformed summary job: v/],
])("%s is refused", (_what, data, reason) => {
  expect(() => read(data)).toThrow(reason);
});
