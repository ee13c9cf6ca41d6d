import { z } from "zod";
import { isWrite } from "./call.ts";
import type { Fault, Faults, Upcoming } from "./faults.ts";

const fault = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("cut before") }),
  z.strictObject({ kind: z.literal("cut after") }),
  z.strictObject({
    kind: z.literal("status"),
    status: z.int().min(400).max(599),
    message: z.string().optional(),
    retryAfterSeconds: z.number().min(0).optional(),
  }),
]);

const pattern = z.string().transform((text, context) => {
  try {
    return new RegExp(text);
  } catch {
    context.addIssue("expected a regular expression");
    return z.NEVER;
  }
});

/** A fault as the desk is told of it: which call goes wrong, and how. */
export const plannedFault = z.strictObject({
  /** By name; any unless told. */
  api: z.string().optional(),
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).optional(),
  pathPattern: pattern.optional(),
  /** Over the body as JSON: all calls of GraphQL have one path. */
  bodyPattern: pattern.optional(),
  /** Only what may change something. */
  writes: z.boolean().default(false),
  /** Of those that match, counted from 0. */
  nth: z.int().min(0).default(0),
  /** How many in a row. */
  times: z.int().min(1).default(1),
  fault,
});

/** What became of a planned fault. */
export interface FaultReport {
  /** Calls that it could have been. */
  readonly matched: number;
  readonly struck: number;
}

/** Lets the planned fault happen, and tells whether it did. */
export class Striking {
  #matched = 0;
  #struck = 0;
  readonly faults: Faults;

  constructor({ method, pathPattern, bodyPattern, writes, nth, times, fault: planned }: PlannedFault) {
    const matches = (call: Upcoming): boolean =>
      (method === undefined || call.method === method) &&
      (pathPattern?.test(call.path) ?? true) &&
      (bodyPattern?.test(JSON.stringify(call.body) ?? "") ?? true) &&
      (!writes || isWrite(call));
    this.faults = (call) => {
      if (!matches(call)) return undefined;
      const index = this.#matched++;
      if (index < nth || index >= nth + times) return undefined;
      this.#struck++;
      return planned as Fault;
    };
  }

  get report(): FaultReport {
    return { matched: this.#matched, struck: this.#struck };
  }
}

type PlannedFault = z.output<typeof plannedFault>;
