import { performance } from "node:perf_hooks";
import { Redis, type Command } from "ioredis";

/** The arguments of a script that stores steps of a session: digest, 3 keys with their count, fence, prefix, payload. */
const STEP_ARGUMENTS = 10;

/** A store that is some way off: every command takes up to `latencyMs` more, and none overtakes another. */
export class SlowRedis extends Redis {
  /** Writes of WhatsApp sessions. */
  writes = 0;
  readonly #latencyMs: number;
  readonly #waiting: (() => void)[] = [];
  #free = 0;

  constructor(url: string, latencyMs: number) {
    super(url);
    this.#latencyMs = latencyMs;
  }

  override sendCommand(command: Command, stream?: Parameters<Redis["sendCommand"]>[1]): unknown {
    if (
      command.name === "evalsha" &&
      command.args.length === STEP_ARGUMENTS &&
      String(command.args[1]) === "3"
    ) {
      this.writes++;
    }
    if (this.#latencyMs === 0) return super.sendCommand(command, stream);
    const now = performance.now();
    this.#free = Math.max(this.#free, now + Math.random() * this.#latencyMs);
    this.#waiting.push(() => void super.sendCommand(command, stream));
    setTimeout(() => this.#waiting.shift()?.(), this.#free - now);
    return command.promise;
  }
}
