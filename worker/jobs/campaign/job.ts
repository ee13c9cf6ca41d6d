import { z } from "zod";
import { campaignId } from "../../campaigns/definition.ts";
import { organizationId } from "../../sessions/organization.ts";

/** Has the next recipients of a campaign made into messages. Losing or doubling one changes nothing. */
export const EXPAND_JOB = "expand";
/** Of the payload as it is written now. */
export const EXPAND_VERSION = 1;

export interface ExpandPayload {
  readonly organization: string;
  readonly campaign: string;
}

/** Ids only; what is to be done stands in the store. */
export const expandPayload: z.ZodType<ExpandPayload> = z.strictObject({
  organization: organizationId,
  campaign: campaignId,
});
