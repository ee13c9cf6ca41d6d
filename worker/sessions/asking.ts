import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";

/** What is asked, as docs/architecture.md has it. */
export interface Asked {
  readonly request: Readonly<Record<string, unknown>>;
  /** Sealed by who asks, in parts; the owner opens it. */
  readonly attachment: readonly string[];
  /** How long the owner may take to answer first, and then between two answers, in s. */
  readonly noticeSeconds: number;
  readonly patienceSeconds: number;
}

/** Longer than a request is kept: whoever takes it finds what comes with it. */
const ATTACHMENT_SECONDS = 900;
/** After so long without an answer a sign of life is due, in s: what stands between cuts a connection that is quiet. */
const SIGN_SECONDS = 15;

/**
 * Puts a request into the store, as an operator's command does, and yields the owner's answers as lines of JSON, `""`
 * as a sign of life between them, and `{"kind":"silent","after":…}` when patience is over.
 * @param waiting a connection of its own, because it blocks; whoever wants no more answers cuts it
 */
export async function* ask(
  { store, waiting, keys }: { readonly store: Redis; readonly waiting: Redis; readonly keys: Keys },
  asked: Asked,
): AsyncGenerator<string> {
  const id = randomUUID();
  const { request, attachment } = asked;
  try {
    if (attachment.length > 0) {
      const key = keys.attachment(id);
      for (const part of attachment) await store.rpush(key, part);
      await store.expire(key, ATTACHMENT_SECONDS);
    }
    await store.hset(keys.requests, id, JSON.stringify({ ...request, at: Date.now() }));
    // The store has it: an HTTP answer begins with its first line.
    yield "";
    for (let answered = false; ; answered = true) {
      const seconds = answered ? asked.patienceSeconds : asked.noticeSeconds;
      const answer = yield* nextAnswer(waiting, keys.answers(id), seconds);
      if (answer === undefined) {
        const taken = (await store.hexists(keys.requests, id)) === 0;
        const after = answered ? "answer" : taken ? "taken" : "nothing";
        yield JSON.stringify({ kind: "silent", after });
        return;
      }
      yield answer;
      const { kind } = JSON.parse(answer) as { readonly kind?: string };
      if (kind === "done" || kind === "failed") return;
    }
  } finally {
    // Nobody is there for what is answered from here on.
    await store.hdel(keys.requests, id).catch(() => {});
    if (attachment.length > 0) await store.del(keys.attachment(id)).catch(() => {});
  }
}

async function* nextAnswer(
  waiting: Redis,
  key: string,
  seconds: number,
): AsyncGenerator<string, string | undefined> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const left = (deadline - performance.now()) / 1000;
    // Redis would wait for ever for 0.
    const reply = await waiting.blpop(key, Math.max(0.01, Math.min(left, SIGN_SECONDS)));
    if (reply !== null) return reply[1];
    if (performance.now() >= deadline) return undefined;
    yield "";
  }
}
