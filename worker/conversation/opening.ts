import { Unsealable, type Sealing } from "../adapters/redis/sealing.ts";
import { openBody, type Body } from "./sealed.ts";
import type { Begun, Conversation, Part, Said, Sendable, Thought, Unanswered } from "./types.ts";

/** What `begin.lua` returns; lists are apart because an empty one has no JSON in Lua. */
export type ThoughtReply = [head: string, messages: string[], history: string[]];

type Stored<T> = Omit<T, "text" | "name"> & { readonly body: string };
type Head = Pick<Thought, "kind" | "turn" | "attempt" | "held"> & {
  /** When the thought was begun, in ms of store time. */
  readonly begun: number;
  /** When what somebody waits for was stored; missing where all were told that no answer comes. */
  readonly since?: number;
  /** Missing while nothing was spent. */
  readonly spentMicroUsd?: number;
};

/** What the AI reads where a key is gone that a message was sealed with: whoever wrote it waits all the same. */
const UNREADABLE = "[mensagem que não pode ser lida]";

export function openBegun(
  sealing: Sealing,
  conversation: Conversation,
  token: string,
  [encoded, messages, history]: ThoughtReply,
): Begun {
  const head = JSON.parse(encoded) as Exclude<Begun, Thought> | Head;
  if (head.kind !== "think") return head;
  const open = <T>(entry: string): T => {
    const { body, ...rest } = JSON.parse(entry) as Stored<object>;
    return { ...rest, ...readableBody(sealing, conversation, body) } as T;
  };
  const { kind, turn, attempt, held, begun, since = begun, spentMicroUsd = 0 } = head;
  return {
    kind,
    turn,
    token,
    attempt,
    held,
    messages: messages.map((message) => open<Unanswered>(message)),
    spentMicroUsd,
    history: history.map((said) => open<Said>(said)),
    waitedMs: Math.max(0, begun - since),
  };
}

/** One that cannot be opened must not keep all of the conversation from being answered, or shown, for ever. */
export function readableBody(sealing: Sealing, conversation: Conversation, body: string): Body {
  try {
    return openBody(sealing, conversation, body);
  } catch (error) {
    if (error instanceof Unsealable) return { text: UNREADABLE };
    throw error;
  }
}

/** Opens what `sent.lua` returns. */
export function openSendable(sealing: Sealing, conversation: Conversation, encoded: string): Sendable {
  const reply = JSON.parse(encoded) as Exclude<Sendable, Part> | (Stored<Part> & { readonly at: number });
  if (reply.kind !== "part") return reply;
  const { kind, id, turn, part, priority, sends, at, body } = reply;
  try {
    const { text } = openBody(sealing, conversation, body);
    return { kind, id, turn, part, priority, text, repeat: sends > 1, sends, committedAt: at };
  } catch (error) {
    if (error instanceof Unsealable) return { kind: "unreadable", id };
    throw error;
  }
}
