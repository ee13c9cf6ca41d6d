import { performance } from "node:perf_hooks";
import { Redis, type Command } from "ioredis";

/** The arguments of a script that stores steps of a session: digest, 3 keys with their count, fence, prefix, payload. */
const STEP_ARGUMENTS = 10;

/** A store that is some way off: every command takes up to `latencyMs` more, and none overtakes another. */
export class SlowRedis extends Redis {
  /** Writes of WhatsApp sessions. */
  writes = 0;
  commands = 0;
  readonly #latencyMs: number;
  readonly #waiting: (() => void)[] = [];
  #free = 0;
  #held: (() => void)[] | undefined;

  constructor(url: string, latencyMs: number) {
    super(url);
    this.#latencyMs = latencyMs;
  }

  /** Commands wait until the returned function is called. */
  hold(): () => void {
    this.#held = [];
    return () => {
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const send of held) send();
    };
  }

  override sendCommand(command: Command, stream?: Parameters<Redis["sendCommand"]>[1]): unknown {
    this.commands++;
    if (
      command.name === "evalsha" &&
      command.args.length === STEP_ARGUMENTS &&
      String(command.args[1]) === "3"
    ) {
      this.writes++;
    }
    if (this.#held !== undefined) {
      this.#held.push(() => void super.sendCommand(command, stream));
      return command.promise;
    }
    if (this.#latencyMs === 0) return super.sendCommand(command, stream);
    const now = performance.now();
    this.#free = Math.max(this.#free, now + Math.random() * this.#latencyMs);
    this.#waiting.push(() => void super.sendCommand(command, stream));
    setTimeout(() => this.#waiting.shift()?.(), this.#free - now);
    return command.promise;
  }
}
