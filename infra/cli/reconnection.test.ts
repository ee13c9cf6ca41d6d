import { expect, test } from "vitest";
import { RequestFailed } from "../control/channel.ts";
import type { Reconnection } from "../control/reconnection.ts";
import { reconnectionFields, reconnectionLines } from "./reconnection.ts";

const settled = (more: Partial<Reconnection>): Reconnection => ({
  gaps: [],
  away: [],
  isUnderWay: false,
  ...more,
});
const away = [{ organization: "bia", why: "ended: replaced" }];

test.each<[string, Reconnection | RequestFailed, string[], object]>([
  ["nothing, where no number changed hands", settled({}), [], {}],
  [
    "the longest gap and whose it was",
    settled({
      gaps: [
        { organization: "loja-da-ana", ms: 234 },
        { organization: "bia", ms: 12 },
      ],
    }),
    ["  longest time without a connection: 0.23 s (loja-da-ana)"],
    { gap: { organization: "loja-da-ana", ms: 234 } },
  ],
  [
    "that it is a bound, after a kill",
    settled({ gaps: [{ organization: "ana", ms: 14_200, atMost: true }] }),
    ["  longest time without a connection: at most 14.20 s (ana), since its process was last heard of"],
    { gap: { organization: "ana", ms: 14_200, atMost: true } },
  ],
  [
    "that one is not known, beside the longest that is",
    settled({ gaps: [{ organization: "bia" }, { organization: "ana", ms: 10 }] }),
    [
      "  longest time without a connection: 0.01 s (ana)",
      "  how long they were without a connection is not known: bia",
    ],
    { gap: { organization: "bia" } },
  ],
  [
    "who has not come back, and why",
    settled({ gaps: [{ organization: "ana", ms: 10 }], away }),
    ["  longest time without a connection: 0.01 s (ana)", "  ! bia is not connected again: ended: replaced"],
    { gap: { organization: "ana", ms: 10 }, away },
  ],
  [
    "that nobody could be asked",
    new RequestFailed("the store cannot be reached: ECONNREFUSED"),
    ["  whether the numbers are connected again is not known: the store cannot be reached: ECONNREFUSED"],
    { gapUnknown: "the store cannot be reached: ECONNREFUSED" },
  ],
])("an update tells %s", (_, reconnection, lines, fields) => {
  expect(reconnectionLines(reconnection)).toEqual(lines);
  expect(reconnectionFields(reconnection)).toEqual(fields);
});

test("of many, only some are named", () => {
  const gaps = Array.from({ length: 7 }, (_, index) => ({ organization: `org-${index}` }));
  expect(reconnectionLines(settled({ gaps }))).toEqual([
    "  how long they were without a connection is not known: org-0, org-1, org-2, org-3, org-4 and 2 more",
  ]);
});
