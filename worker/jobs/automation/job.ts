import { z } from "zod";
import { organizationId } from "../../sessions/organization.ts";

/** Has a run do what it has to do now. Losing or doubling one changes nothing: the store says what is due. */
export const ADVANCE_JOB = "advance";
/** Of the payload. */
export const ADVANCE_VERSION = 1;

export interface AdvancePayload {
  readonly organization: string;
  readonly run: string;
}

/** Ids only; what is to be done stands in the store. */
export const advancePayload: z.ZodType<AdvancePayload> = z.strictObject({
  organization: organizationId,
  run: z.string().regex(/^[A-Za-z0-9_-]{1,80}$/, "expected the id of a run"),
});
