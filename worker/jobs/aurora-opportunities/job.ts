/** Warm conversations that have gone quiet, on the morning of a weekday. Once for a time zone, then once for each organization of it. */
export const OPPORTUNITIES_JOB = "aurora-opportunities";
