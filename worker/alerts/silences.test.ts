import { expect, test } from "vitest";
import { isSilenced, silenceField, silencesOf } from "./silences.ts";

test("a silence is of one organization or of all, of its own rule, and until its end", () => {
  const silences = silencesOf({
    round: "7",
    state: "{}",
    [silenceField("session-down", "ana")]: "100",
    [silenceField("depth", undefined)]: "100",
  });
  const silenced = (rule: string, organization?: string, at = 99): boolean =>
    isSilenced(silences, at, rule, organization);
  expect([
    silenced("session-down", "ana"),
    silenced("session-down", "bia"),
    silenced("session-down"),
  ]).toEqual([true, false, false]);
  expect([silenced("depth"), silenced("depth", "bia"), silenced("jobs-oldest")]).toEqual([true, true, false]);
  expect([silenced("depth", undefined, 100), silenced("session-down", "ana", 100)]).toEqual([false, false]);
});
