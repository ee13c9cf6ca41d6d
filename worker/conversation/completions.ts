import type { OrganizationSettings } from "../sessions/organization.ts";
import type { Said, Unanswered } from "./types.ts";

export interface Question {
  readonly settings: OrganizationSettings;
  /** What was said before, oldest first. */
  readonly history: readonly Said[];
  /** What is to be answered, oldest first. */
  readonly messages: readonly Unanswered[];
}

/** What the conversation needs of an AI. */
export interface Completions {
  /** One attempt. @throws whatever kept it from an answer; also when the signal aborts it */
  answer(question: Question, signal: AbortSignal): Promise<string>;
}
