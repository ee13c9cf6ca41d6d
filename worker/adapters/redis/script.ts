import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Redis } from "ioredis";

/** A Lua script made of files, run by its digest; the text is sent only where the server does not know it. */
export class Script {
  readonly name: string;
  readonly #source: string;
  /** SHA-1 of the source, as `EVALSHA` wants it. */
  readonly sha: string;

  constructor(name: string, files: readonly URL[]) {
    this.name = name;
    this.#source = files.map((file) => readFileSync(file, "utf8")).join("\n");
    this.sha = createHash("sha1").update(this.#source).digest("hex");
  }

  async run(redis: Redis, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
      return await redis.eval(this.#source, keys.length, ...keys, ...args);
    }
  }
}
