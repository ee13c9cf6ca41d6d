import type { QueueName } from "./queues.ts";

/**
 * How many workers of a queue are connected, by the names that BullMQ gives their connections
 * (`<prefix>:<base64 of the queue>`, then `:w:<name>` for one that has a name).
 * @param clientList as `CLIENT LIST` says it
 */
export function workersOf({ prefix, name }: QueueName, clientList: string): number {
  const parts = `${prefix}:${name}`.split(":");
  // Where the name begins is not known for certain when there are more colons than one.
  const expected = parts.slice(1).map((_part, index) => {
    const queue = parts.slice(index + 1).join(":");
    return `${parts.slice(0, index + 1).join(":")}:${Buffer.from(queue).toString("base64")}`;
  });
  const names = clientList.split("\n").map((line) => / name=(\S*)/.exec(line)?.[1] ?? "");
  return names.filter((given) => expected.some((each) => given === each || given.startsWith(`${each}:w:`)))
    .length;
}
