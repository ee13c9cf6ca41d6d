import { Redis } from "ioredis";
import type { RedisAddress } from "./redis-address.ts";
import { AuditRefused } from "./refused.ts";

const PATIENCE_MS = 10_000;

export interface ConnectionOptions {
  /** Of the server's certificate, besides those that Node trusts. */
  readonly authority?: string | undefined;
  /** How long the Redis may take to connect or to answer. */
  readonly patienceMs?: number;
}

/**
 * What the audit asks of a Redis: nothing but what `+@read +info` permits, and `CLIENT LIST` where it is permitted
 * too. KEYS and MONITOR, which hold a server up, and whatever could change something are not here to be called.
 */
export interface Reading {
  info(section: string): Promise<string>;
  clientList(): Promise<string>;
  /** Keys of that type that match, from one round of the keyspace. */
  scan(
    cursor: string,
    match: string,
    type: "hash" | "string",
    count: number,
  ): Promise<[next: string, keys: string[]]>;
  /** Ms until it goes; negative for one that does not or is not there. */
  timeToLive(key: string): Promise<number>;
  get(key: string): Promise<string | null>;
  fields(key: string, ...fields: readonly string[]): Promise<(string | null)[]>;
  exists(key: string): Promise<boolean>;
  listLength(key: string): Promise<number>;
  listItems(key: string, from: number, to: number): Promise<string[]>;
  setSize(key: string): Promise<number>;
  sortedItems(key: string, from: number, to: number): Promise<string[]>;
}

/** A connection that counts its own commands, so that they can be taken out of what the server has counted. */
export class AuditConnection implements Reading {
  readonly #redis: Redis;
  readonly #address: RedisAddress;
  readonly #patienceMs: number;
  readonly #own = new Map<string, number>();
  #sent = 0;
  #received = 0;
  /** Why the connection is not there. */
  #reason: Error | undefined;

  private constructor(redis: Redis, address: RedisAddress, patienceMs: number) {
    this.#redis = redis;
    this.#address = address;
    this.#patienceMs = patienceMs;
    redis.on("error", (error) => (this.#reason = error));
  }

  /** @throws AuditRefused */
  static async open(
    address: RedisAddress,
    { authority, patienceMs = PATIENCE_MS }: ConnectionOptions = {},
  ): Promise<AuditConnection> {
    const redis = new Redis(address.url, {
      lazyConnect: true,
      connectTimeout: patienceMs,
      commandTimeout: patienceMs,
      // A reconnection would lose count.
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      // Neither HELLO, nor INFO and CLIENT SETINFO on its own account: whoever may only read may do none of them.
      protocol: 2,
      enableReadyCheck: false,
      disableClientInfo: true,
      ...(authority === undefined ? {} : { tls: { ca: authority } }),
    });
    const connection = new AuditConnection(redis, address, patienceMs);
    try {
      await redis.connect();
      await connection.info("server");
      return connection;
    } catch (error) {
      connection.close();
      throw connection.#refusal(error);
    }
  }

  /** By name in lower case, as INFO has them. */
  own(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#own);
  }

  /** Of INFO, beside whose replies all others are nothing; without the headers of TCP and TLS. */
  ownBytes(): { readonly sent: number; readonly received: number } {
    return { sent: this.#sent, received: this.#received };
  }

  async info(section: string): Promise<string> {
    const text = await this.#ask("info", (redis) => redis.info(section));
    this.#sent += bulk(section.length) + "*2\r\n$4\r\ninfo\r\n".length;
    this.#received += bulk(Buffer.byteLength(text));
    return text;
  }
  async clientList(): Promise<string> {
    return await this.#ask("client|list", async (redis) => (await redis.client("LIST")) as string);
  }
  async scan(
    cursor: string,
    match: string,
    type: "hash" | "string",
    count: number,
  ): Promise<[string, string[]]> {
    return await this.#ask("scan", (redis) =>
      redis.scan(cursor, "MATCH", match, "COUNT", count, "TYPE", type),
    );
  }
  async timeToLive(key: string): Promise<number> {
    return await this.#ask("pttl", (redis) => redis.pttl(key));
  }
  async get(key: string): Promise<string | null> {
    return await this.#ask("get", (redis) => redis.get(key));
  }
  async fields(key: string, ...fields: readonly string[]): Promise<(string | null)[]> {
    return await this.#ask("hmget", (redis) => redis.hmget(key, ...fields));
  }
  async exists(key: string): Promise<boolean> {
    return (await this.#ask("exists", (redis) => redis.exists(key))) === 1;
  }
  async listLength(key: string): Promise<number> {
    return await this.#ask("llen", (redis) => redis.llen(key));
  }
  async listItems(key: string, from: number, to: number): Promise<string[]> {
    return await this.#ask("lrange", (redis) => redis.lrange(key, from, to));
  }
  async setSize(key: string): Promise<number> {
    return await this.#ask("zcard", (redis) => redis.zcard(key));
  }
  async sortedItems(key: string, from: number, to: number): Promise<string[]> {
    return await this.#ask("zrange", (redis) => redis.zrange(key, from, `${to}`));
  }

  close(): void {
    this.#redis.disconnect();
  }

  /** @throws AuditRefused */
  async #ask<Answer>(name: string, question: (redis: Redis) => Promise<Answer>): Promise<Answer> {
    try {
      // Counted as it is sent: the server counts in the order in which it is asked.
      this.#own.set(name, (this.#own.get(name) ?? 0) + 1);
      return await question(this.#redis);
    } catch (error) {
      // What is refused before it is carried out is not counted by the server either.
      this.#own.set(name, (this.#own.get(name) ?? 1) - 1);
      throw this.#refusal(error, name);
    }
  }

  #refusal(error: unknown, asked = "INFO"): AuditRefused {
    if (error instanceof AuditRefused) return error;
    const { shown, tls } = this.#address;
    // What a call is told is often only that the connection is closed.
    const told = error instanceof Error ? error : new Error(String(error));
    const closed = /Connection is closed|Command timed out/.test(told.message);
    const cause = closed ? (this.#reason ?? told) : told;
    return new AuditRefused(
      sentenceFor(cause as NodeJS.ErrnoException, { shown, tls, asked, patienceMs: this.#patienceMs }),
    );
  }
}

/** Bytes of a string of so many, as Redis sends it. */
function bulk(bytes: number): number {
  return `$${bytes}\r\n\r\n`.length + bytes;
}

interface Circumstances {
  readonly shown: string;
  readonly tls: boolean;
  readonly asked: string;
  readonly patienceMs: number;
}

/** Only what is known to hold no secret of an error is repeated. */
function sentenceFor(
  { message, code = "" }: NodeJS.ErrnoException,
  { shown, tls, asked, patienceMs }: Circumstances,
): string {
  if (/^WRONGPASS|invalid (username|password)/i.test(message))
    return `${shown}: expected the user and password of this Redis in the URL, got ones that it refuses`;
  if (/^NOAUTH|Authentication required/i.test(message))
    return `${shown}: expected a password in the URL (redis://:password@host), got none, which this Redis asks for`;
  if (/^NOPERM|unknown command|not allowed/i.test(message))
    return (
      `${shown}: expected a user who may run ${asked.replace("|", " ").toUpperCase()}, got one who may not: ` +
      "what it costs is counted from INFO; let it be a user with +@read +info"
    );
  if (message.startsWith("LOADING")) return `${shown}: still loads its data: audit it once it answers`;
  if (/certificate|self.signed|altnames/i.test(message) || /^(ERR_TLS|DEPTH_ZERO|UNABLE_TO|CERT_)/.test(code))
    return `${shown}: expected a certificate that leads to an authority known here, got another one (${code || "TLS"})`;
  if (/wrong version number|packet length|EPROTO|ssl/i.test(`${code} ${message}`))
    return `${shown}: expected a server that speaks TLS, got one that does not: say redis:// in place of rediss://`;
  if (/Protocol error|Unknown RESP type/i.test(message))
    return `${shown}: expected a Redis, got a server that speaks something else`;
  if (["ENOTFOUND", "EAI_AGAIN"].includes(code)) return `${shown}: there is no such host`;
  if (["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"].includes(code))
    return `${shown}: nobody listens there that could be reached from here (${code})`;
  if (/timed? ?out|ETIMEDOUT/i.test(`${code} ${message}`))
    return (
      `${shown}: expected an answer within ${patienceMs / 1_000} s, got none: is it a Redis` +
      `${tls ? " that speaks TLS (else say redis://)" : ""}, and reachable from here?`
    );
  return `${shown}: expected a Redis, got a server that ends the connection${tls ? "" : ": one that speaks TLS does, try rediss://"}`;
}
