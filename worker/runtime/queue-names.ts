/** The queues that every process takes from. */
export const SHARED_QUEUES = ["campaign", "automation", "cron"] as const;
export type SharedQueueName = (typeof SHARED_QUEUES)[number];

/** The queue that wakes the process which holds a slot. */
export function messageQueue(slot: number): string {
  return `message-${slot}`;
}

/** A queue's name without the slot. */
export function queueKind(name: string): string {
  return name.replace(/-\d+$/, "");
}
