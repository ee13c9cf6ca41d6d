import { randomUUID } from "node:crypto";
import { InvalidArgumentError, type Command } from "commander";
import { Redis } from "ioredis";

/** What a worker answers; `done` and `failed` are the last. Documented in docs/architecture.md. */
export type Answer =
  | { readonly kind: "qr"; readonly qr: string }
  | { readonly kind: "done"; readonly [detail: string]: string }
  | { readonly kind: "failed"; readonly reason: string };

/** The request was not carried out; the message says why. */
export class RequestFailed extends Error {
  override readonly name = "RequestFailed";
}

export interface StoreOptions {
  readonly stack?: string;
  readonly cwd?: string;
  readonly redis?: string;
  readonly namespace: string;
  readonly patience: number;
  readonly json?: boolean;
}

/** How long a worker may take to notice a request: a few heartbeats. */
const NOTICE_SECONDS = 45;

/** The options of every command that goes through the store. */
export function withStore(command: Command): Command {
  return command
    .option("-s, --stack <name>", "the stack whose store it is")
    .option("-C, --cwd <folder>", "with -s: the folder of Pulumi.yaml (default: this project's)")
    .option("--redis <url>", "without -s: the store (default: REDIS_URL)")
    .option(
      "--namespace <name>",
      "without -s: the deployment on the store",
      process.env["OXY_NAMESPACE"] || "oxy",
    )
    .option("--patience <seconds>", "how long a worker may take to notice", secondsOf, NOTICE_SECONDS)
    .option("--json", "print each answer as a line of JSON");
}

/**
 * Asks the deployment on a store to do something, and yields what its workers answer. The worker that owns the
 * organization sees the request with its next heartbeat.
 * @throws RequestFailed
 */
export async function* ask(
  options: StoreOptions,
  request: object,
  patienceSeconds: number,
): AsyncGenerator<Answer> {
  const store = await located(options);
  const redis = await connect(store);
  const id = randomUUID();
  const requests = `{${store.namespace}}:requests`;
  try {
    await redis.hset(requests, id, JSON.stringify({ at: Date.now(), ...request }));
    for (let noticed = false; ; noticed = true) {
      const reply = await redis.blpop(
        `{${store.namespace}}:answers:${id}`,
        noticed ? patienceSeconds : store.patience,
      );
      if (reply === null)
        throw new RequestFailed(await silenceOf(redis, requests, id, noticed, store.patience));
      const answer = JSON.parse(reply[1]) as Answer;
      if (answer.kind === "failed") throw new RequestFailed(answer.reason);
      yield answer;
      if (answer.kind === "done") return;
    }
  } finally {
    await redis.hdel(requests, id).catch(() => {});
    redis.disconnect();
  }
}

/** The store of a stack is where its program says. Loaded then only: the engine's library is large. */
async function located(options: StoreOptions): Promise<StoreOptions> {
  const { stack: name } = options;
  if (name === undefined) return options;
  const { openStack } = await import("./stack.ts");
  const { deployedOf } = await import("./outputs.ts");
  const { stack } = await openStack({ ...options, stack: name, create: false }, () => {});
  const { storeUrl } = await deployedOf(stack);
  // The workload's namespace is its stack: several may share a store.
  return { ...options, redis: storeUrl, namespace: name };
}

async function connect(store: StoreOptions): Promise<Redis> {
  const url = store.redis ?? process.env["REDIS_URL"];
  if (!url) throw new RequestFailed("REDIS_URL: expected redis:// or rediss:// (or --redis), got nothing");
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, retryStrategy: () => null });
  // Told by connect() itself.
  redis.on("error", () => {});
  try {
    await redis.connect();
  } catch (error) {
    throw new RequestFailed(
      `the store cannot be reached: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return redis;
}

async function silenceOf(
  redis: Redis,
  requests: string,
  id: string,
  noticed: boolean,
  patienceSeconds: number,
): Promise<string> {
  if (noticed) return "the worker stopped answering; ask again";
  const taken = (await redis.hexists(requests, id)) === 0;
  return taken
    ? "a worker took the request and did not answer; look at its log"
    : `no worker took the request within ${patienceSeconds} s: is one running on this store and namespace?`;
}

/** Redis would wait for ever for 0. */
function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0.1 && seconds <= 3_600))
    throw new InvalidArgumentError("expected seconds from 0.1 to 3600");
  return seconds;
}
