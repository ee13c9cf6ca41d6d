import type { QueueName } from "./queues.ts";

/**
 * How many workers of a queue are connected, by the names that BullMQ gives their connections
 * (`<prefix>:<base64 of the queue>`, then `:w:<name>` for one that has a name).
 * @param clientList as `CLIENT LIST` says it
 */
export function workersOf({ prefix, name }: QueueName, clientList: string): number {
  const expected = `${prefix}:${Buffer.from(name).toString("base64")}`;
  const names = clientList.split("\n").map((line) => / name=(\S*)/.exec(line)?.[1] ?? "");
  return names.filter((each) => each === expected || each.startsWith(`${expected}:w:`)).length;
}
