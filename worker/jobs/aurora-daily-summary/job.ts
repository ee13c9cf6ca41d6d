/** The day of an organization in numbers and words, in the evening of its time zone. Once for its zone, then once for each organization. */
export const DAILY_SUMMARY_JOB = "aurora-daily-summary";
