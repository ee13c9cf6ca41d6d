import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import {
  type AlertsState,
  type Answer,
  type Channel,
  type ControlRequest,
  type ControlState,
  messageOf,
  type Patience,
  RequestFailed,
  type SessionState,
  silenceOf,
  type Silencing,
} from "./channel.ts";
import { msOf, readAlerts, writeSilence } from "./store-alerts.ts";

/** How long the store may take to answer when it is called, in ms. */
const CONNECT_MS = 10_000;
/** Longer than a request is kept. */
const ATTACHMENT_SECONDS = 900;

/** Through the store itself. Connects when it is first used. */
export class StoreChannel implements Channel {
  readonly #redis: Redis;
  readonly #prefix: string;
  #connected: Promise<void> | undefined;
  /** Why the connection is not there. */
  #reason: Error | undefined;

  /** @param namespace of the deployment: several may share a store */
  constructor(url: string, namespace: string) {
    this.#prefix = `{${namespace}}`;
    this.#redis = new Redis(url, {
      lazyConnect: true,
      connectTimeout: CONNECT_MS,
      maxRetriesPerRequest: 1,
      retryStrategy: () => null,
    });
    // What a call is told is only that the connection is closed.
    this.#redis.on("error", (error) => (this.#reason = error));
  }

  async *ask(
    request: ControlRequest,
    patience: Patience,
    attachment: readonly string[] = [],
  ): AsyncGenerator<Answer> {
    await this.#connect();
    const redis = this.#redis;
    const id = randomUUID();
    const requests = `${this.#prefix}:requests`;
    const parts = `${this.#prefix}:attachment:${id}`;
    try {
      for (const part of attachment) await redis.rpush(parts, part);
      if (attachment.length > 0) await redis.expire(parts, ATTACHMENT_SECONDS);
      await redis.hset(requests, id, JSON.stringify({ ...request, at: Date.now() }));
      for (let answered = false; ; answered = true) {
        const seconds = answered ? patience.answerSeconds : patience.noticeSeconds;
        const reply = await redis.blpop(`${this.#prefix}:answers:${id}`, seconds);
        if (reply === null) {
          const taken = (await redis.hexists(requests, id)) === 0;
          throw silenceOf(answered ? "answer" : taken ? "taken" : "nothing", patience);
        }
        const answer = JSON.parse(reply[1]) as Answer;
        if (answer.kind === "failed") throw new RequestFailed(answer.reason);
        yield answer;
        if (answer.kind === "done") return;
      }
    } catch (error) {
      throw error instanceof RequestFailed ? error : this.#unreachable(error);
    } finally {
      await redis.hdel(requests, id).catch(() => {});
      if (attachment.length > 0) await redis.del(parts).catch(() => {});
    }
  }

  async state(): Promise<ControlState> {
    return await this.#asked(() => this.#read());
  }

  async alerts(): Promise<AlertsState> {
    return await this.#asked(() => readAlerts(this.#redis, this.#prefix));
  }

  async silence(silencing: Silencing): Promise<void> {
    await this.#asked(() => writeSilence(this.#redis, this.#prefix, silencing));
  }

  close(): void {
    this.#redis.disconnect();
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    await this.#connect();
    try {
      return await ask();
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  async #read(): Promise<ControlState> {
    const redis = this.#redis;
    const [time, slots, leases, sessions] = await Promise.all([
      redis.time(),
      redis.hgetall(`${this.#prefix}:slots`),
      redis.hgetall(`${this.#prefix}:leases`),
      redis.hgetall(`${this.#prefix}:sessions`),
    ]);
    const at = msOf(time);
    const owners = Object.values(leases)
      .map((lease) => lease.split(" "))
      .filter(([, , expiry]) => Number(expiry) > at)
      .map(([owner]) => owner);
    const processes = await Promise.all(
      Object.values(slots).map(async (id) => {
        const known = await redis.hgetall(`${this.#prefix}:process:${id}`);
        // A process that was killed keeps its slot until another one claims it.
        if (known["heartbeat"] === undefined) return [];
        const { fleet = "", place = "", image = "" } = known;
        return [{ id, fleet, place, image, shards: owners.filter((owner) => owner === id).length }];
      }),
    );
    const known = Object.entries(sessions).map(([organization, json]) => [organization, JSON.parse(json)]);
    return {
      at,
      processes: processes.flat(),
      sessions: Object.fromEntries(known) as Record<string, SessionState>,
    };
  }

  async #connect(): Promise<void> {
    if (this.#connected === undefined) {
      this.#reason = undefined;
      this.#connected = this.#redis.connect();
    }
    try {
      await this.#connected;
    } catch (error) {
      this.#connected = undefined;
      throw this.#unreachable(error);
    }
  }

  #unreachable(error: unknown): RequestFailed {
    return new RequestFailed(`the store cannot be reached: ${messageOf(this.#reason ?? error)}`);
  }
}
