import type { CallName } from "./calls.ts";

/** How a call is made by HTTP. */
export interface CallRoute {
  readonly call: CallName;
  readonly method: "POST" | "PUT" | "DELETE";
  /** Below `/organizations/:organization`. */
  readonly path: string;
  /** Of the answer. */
  readonly status: 200 | 201 | 202;
  /** Field of the call that Idempotency-Key stands for, where the body has none. */
  readonly key?: "id" | "cause";
  /** Fields of the call that the path says, and that its body therefore has not got. */
  readonly given?: Readonly<Record<string, unknown>>;
}

/** `:contact` is a chat or a phone number. */
export const CALL_ROUTES: readonly CallRoute[] = [
  { call: "message.send", method: "POST", path: "/messages", status: 202, key: "id" },
  { call: "campaign.create", method: "POST", path: "/campaigns", status: 201, key: "id" },
  { call: "campaign.pause", method: "POST", path: "/campaigns/:id/pause", status: 200 },
  { call: "campaign.resume", method: "POST", path: "/campaigns/:id/resume", status: 200 },
  { call: "campaign.cancel", method: "POST", path: "/campaigns/:id/cancel", status: 200 },
  { call: "automation.put", method: "PUT", path: "/automations/:id", status: 200 },
  { call: "automation.remove", method: "DELETE", path: "/automations/:id", status: 200 },
  { call: "automation.start", method: "POST", path: "/automations/:id/runs", status: 202, key: "cause" },
  { call: "contact.tag", method: "PUT", path: "/contacts/:contact/tags/:tag", status: 200 },
  {
    call: "contact.tag",
    method: "DELETE",
    path: "/contacts/:contact/tags/:tag",
    status: 200,
    given: { remove: true },
  },
  { call: "contact.optOut", method: "PUT", path: "/contacts/:contact/opt-out", status: 200 },
  {
    call: "contact.optOut",
    method: "DELETE",
    path: "/contacts/:contact/opt-out",
    status: 200,
    given: { undo: true },
  },
  { call: "contact.erase", method: "DELETE", path: "/contacts/:contact", status: 200 },
  { call: "organization.erase", method: "DELETE", path: "", status: 200 },
];

/** What is read. */
export const READ_ROUTES = [
  { path: "/campaigns", about: "The last campaigns, newest first, with their progress." },
  {
    path: "/campaigns/:id",
    about: "Progress of a campaign: sent, delivered, read, replied, failed, opted out.",
  },
  { path: "/automations", about: "Automations, as they were given, with their versions." },
  {
    path: "/runs",
    about: "Runs of automations that go on, or with `?ended=1` those that ended within a week.",
  },
  { path: "/contacts/:contact", about: "What is known of a contact, without texts." },
  { path: "/conversations/:contact", about: "State of a conversation, without texts." },
] as const;

/** Names of the parameters in a path. */
export function parametersOf(path: string): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
}
