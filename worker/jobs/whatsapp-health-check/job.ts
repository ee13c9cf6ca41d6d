/** Looks at every organization's number, and keeps the schedules of the other jobs. */
export const HEALTH_CHECK_JOB = "whatsapp-health-check";

/** Understood here. */
export const HEALTH_CHECK_VERSION = 1;
