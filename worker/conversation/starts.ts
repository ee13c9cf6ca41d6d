import type { Inbound } from "./inbound.ts";
import type { Conversation } from "./types.ts";

/** A run of an automation that a message begins, in the write that accepts it. */
export interface Start {
  readonly automation: string;
  /** Follows from the message, so that the same message begins it once. */
  readonly run: string;
  /** "first": only if it is the first message of this contact. */
  readonly when: "always" | "first";
  /** It begins in a chat that a person has, too. */
  readonly waits: boolean;
  /** It answers the message, and the AI does not. */
  readonly instead: boolean;
}

/** A run that begins if nothing comes back to what we write. */
export interface Expectation {
  readonly automation: string;
  /** One for each chat: it stands for what may begin. */
  readonly run: string;
  readonly afterMs: number;
}

/** What messages start, as the organization's automations say; decided in memory, since each message asks. */
export interface Triggers {
  starts(conversation: Conversation, inbound: Inbound): readonly Start[];
  /** After a message of ours. */
  expects(conversation: Conversation): readonly Expectation[];
}
