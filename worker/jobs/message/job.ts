import { z } from "zod";
import type { Conversation } from "../../conversation/types.ts";
import { organizationId } from "../../sessions/organization.ts";

/** Wakes the owner of a conversation. Losing or doubling one changes nothing: the record says what is due. */
export const TURN_JOB = "turn";
/** Of the payload; one that says none is of the first. */
export const TURN_VERSION = 1;
/** Makes a process look for shards that were just released. */
export const LOOK_JOB = "look";

/** Does nothing: that it is taken shows that the process takes jobs. */
export const PROOF_JOB = "proof";

/** Replies before campaigns (2) and automations (3). */
export const REPLY_PRIORITY = 1;

/** Ids only; what is to be done stands in the record. */
export const turnPayload: z.ZodType<Conversation> = z.strictObject({
  organization: organizationId,
  chat: z.string().regex(/^[^\s@]+@[a-z.]+$/, "expected a JID"),
});
