import type { OrganizationSettings } from "../../sessions/organization.ts";

/** The texts of the settings that go out by themselves, by what they are. */
const FIXED = {
  holdingMessage: "holding message",
  fallbackMessage: "no answer could be had",
  handOverMessage: "left to a person",
  acknowledgement: "acknowledged",
  optOutMessage: "opted out",
  budgetMessage: "the day's AI budget is spent",
} as const;

/** What a text of the shop is, if it is not the AI's. */
export function fixedMessage(settings: OrganizationSettings, text: string): string | undefined {
  const found = Object.entries(FIXED).find(([key]) => settings[key as keyof typeof FIXED] === text);
  return found?.[1];
}
