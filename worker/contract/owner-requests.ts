import { ask } from "../sessions/asking.ts";
import type { OwnerRequest } from "./performing.ts";
import { Refused } from "./refused.ts";
import type { CallPlatform } from "./start.ts";

/** How long the owner of a shard may take to notice a request, and then to do it, in s. */
const NOTICE_SECONDS = 30;
const PATIENCE_SECONDS = 300;
/** Of one organization, from one process: each holds a connection, and its owner does one after the other. */
const AT_ONCE = 4;

/** Asks the owners of shards, and resolves with their last answer. */
export class OwnerRequests {
  readonly #platform: Pick<CallPlatform, "redis" | "keys">;
  /** Organization → how many are under way. */
  readonly #asking = new Map<string, number>();

  constructor(platform: Pick<CallPlatform, "redis" | "keys">) {
    this.#platform = platform;
  }

  /** @throws Refused */
  async ask(request: OwnerRequest): Promise<Readonly<Record<string, string>>> {
    const { organization, verb } = request;
    const others = this.#asking.get(organization) ?? 0;
    if (others >= AT_ONCE)
      throw new Refused(
        "unavailable",
        `${verb}: expected at most ${AT_ONCE} at once of ${organization}, got one more: repeat it when one is done`,
      );
    this.#asking.set(organization, others + 1);
    try {
      return await this.#answerTo(request);
    } finally {
      const left = (this.#asking.get(organization) ?? 1) - 1;
      if (left === 0) this.#asking.delete(organization);
      else this.#asking.set(organization, left);
    }
  }

  async #answerTo(request: OwnerRequest): Promise<Readonly<Record<string, string>>> {
    const { redis, keys } = this.#platform;
    const waiting = redis.duplicate();
    // Told by the commands.
    waiting.on("error", () => {});
    const asked = {
      request: { ...request },
      attachment: [],
      noticeSeconds: NOTICE_SECONDS,
      patienceSeconds: PATIENCE_SECONDS,
    };
    try {
      for await (const line of ask({ store: redis, waiting, keys }, asked)) {
        if (line === "") continue;
        const { kind, ...answer } = JSON.parse(line) as Record<string, string>;
        if (kind === "done") return answer;
        if (kind === "failed") throw new Refused("conflict", answer["reason"] ?? "the worker failed");
        if (kind === "silent") break;
      }
    } finally {
      waiting.disconnect();
    }
    throw new Refused(
      "unavailable",
      `${request.verb}: no worker answered; is one running? Nothing is lost by asking again`,
    );
  }
}
