import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** Told by ioredis for each command of every connection of this process, BullMQ's too; costs about a µs each. */
const CHANNEL = "tracing:ioredis:command:start";

/** How many commands this process has sent, by name. What scripts run inside is not among them. */
export class RedisCommands {
  readonly #counts = new Map<string, number>();
  readonly #count = (message: unknown): void => {
    const { command } = message as { readonly command: string };
    const name = command.toLowerCase();
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  };

  constructor() {
    subscribe(CHANNEL, this.#count);
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  stop(): void {
    unsubscribe(CHANNEL, this.#count);
  }
}
