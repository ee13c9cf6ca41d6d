import { createHash } from "node:crypto";
import type { Sealing } from "../adapters/redis/sealing.ts";
import type { Conversation } from "../conversation/types.ts";
import { automation, type Automation } from "./automation.ts";

/** Hash of an organization: automation → `version on|off perContactPerDay stop|wait steps trigger`. */
export function automationsKey(prefix: string, organization: string): string {
  return `${prefix}:automations:${organization}`;
}

/** Hash of one automation: version → sealed; `conversation/lua/run.lua` has the rest. */
export function automationKey(prefix: string, organization: string, id: string): string {
  return `${prefix}:automations:${organization}:${id}`;
}

/** Hash of those organizations that have any: organization → number of its last change. */
export function automatedKey(prefix: string): string {
  return `${prefix}:automated`;
}

export function sealAutomation(sealing: Sealing, organization: string, value: Automation): string {
  return sealing.seal(place(organization, value.id), JSON.stringify(value));
}

/** @throws Unsealable, or ZodError for one of a newer version than is known here */
export function openAutomation(
  sealing: Sealing,
  organization: string,
  id: string,
  sealed: string,
): Automation {
  return automation.parse(JSON.parse(sealing.openText(place(organization, id), sealed)));
}

/** Id of a run, by what it is for: the same again is the same run. */
export function runId(automationId: string, { chat }: Conversation, cause: string): string {
  return createHash("sha256").update([automationId, chat, cause].join("\0")).digest("hex").slice(0, 24);
}

function place(organization: string, id: string): string {
  return `automation:${organization}:${id}`;
}
