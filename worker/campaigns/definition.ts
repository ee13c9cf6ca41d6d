import { z } from "zod";
import { TIME_OF_DAY } from "../sessions/organization.ts";

/** Of a campaign, chosen by who creates it: the same one twice is one campaign. */
export const campaignId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, "expected 1 to 64 letters, digits, '-' or '_'");

const timeOfDay = z.string().regex(TIME_OF_DAY, "expected a time as 09:00");
const moment = z.iso.datetime({ offset: true, error: "expected a moment as 2026-11-30T09:00:00-03:00" });

/** When it may go out, within the hours of its organization's number. */
const campaignWindow = z
  .strictObject({
    /** At once unless told. */
    startsAt: moment.optional(),
    /** 30 days after the start unless told: what was not sent by then never is. */
    endsAt: moment.optional(),
    /** 1 is Monday, 7 Sunday; all of them unless told. */
    weekdays: z.array(z.int().min(1).max(7)).min(1).max(7).optional(),
    /** In the organization's time zone; the whole day unless told. */
    hours: z
      .strictObject({ from: timeOfDay, to: timeOfDay })
      .refine(({ from, to }) => from < to, "expected a time before the second one")
      .optional(),
  })
  .refine(
    ({ startsAt, endsAt }) =>
      startsAt === undefined || endsAt === undefined || Date.parse(startsAt) < Date.parse(endsAt),
    { path: ["endsAt"], error: "expected a moment after startsAt" },
  );

/** What a campaign is, without whom it is for. */
export const campaignDefinition = z.strictObject({
  /** For people; WhatsApp does not see it. */
  name: z.string().trim().min(1).max(120),
  /** With `{{nome}}`, or `{{nome|cliente}}` for whoever has none. */
  template: z.string().min(1).max(4_096),
  window: campaignWindow.prefault({}),
  /** Messages a minute, where that is to be less than the number's pace. */
  perMinute: z.number().min(0.01).max(60).optional(),
});

export type CampaignDefinition = z.output<typeof campaignDefinition>;
