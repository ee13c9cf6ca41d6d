/** Whose a key is. */
type Of = "contact" | "organization" | "deployment";

export interface KeyFamily {
  /** What is in it, as a person would say it; "sealed" where it is. */
  readonly about: string;
  /** Keys of a contact or an organization have the organization as their second word. */
  readonly of: Of;
  /** How long it stays. */
  readonly ends: string;
}

const WITH_THEM = "with the contact or the organization";

/** Every kind of key of the store, by its first word after the deployment's. docs/privacy.md has this table. */
export const KEY_FAMILIES: Readonly<Record<string, KeyFamily>> = {
  conversation: {
    about: "state of a conversation; what is unanswered, to be sent, said and refused, sealed",
    of: "contact",
    ends: "texts after `retentionDays`, once nothing waits; the state (numbers and times) " + WITH_THEM,
  },
  contact: {
    about: "when they wrote first and last, their number, the last campaign",
    of: "contact",
    ends: WITH_THEM,
  },
  inbox: { about: "a received message, sealed, for redeliveries", of: "contact", ends: "26 hours" },
  sent: {
    about: "chat and text of a message sent, sealed, for phones that ask again",
    of: "contact",
    ends: "7 days",
  },
  receipt: { about: "whether a message was delivered or read", of: "organization", ends: "7 days" },
  queued: { about: "that a message was queued", of: "contact", ends: "7 days" },
  tags: { about: "tags of a contact", of: "contact", ends: WITH_THEM },
  tagged: { about: "chats that have a tag", of: "organization", ends: WITH_THEM },
  begun: { about: "how often automations began for a contact", of: "contact", ends: "2 days" },
  chats: { about: "chats by when they last wrote", of: "organization", ends: WITH_THEM },
  handed: { about: "chats that wait for a person", of: "organization", ends: "when a person writes there" },
  numbers: { about: "phone number → chat", of: "organization", ends: WITH_THEM },
  optouts: {
    about: "chats and numbers that want no campaigns; of those erased, digests",
    of: "organization",
    ends: "with the organization",
  },
  day: { about: "counts of a day", of: "organization", ends: "40 days" },
  refusals: { about: "counts of runs that were refused", of: "organization", ends: "40 days" },
  hourly: { about: "count of runs of an hour", of: "organization", ends: "2 hours" },
  notices: {
    about: "what is to be told to the team, sealed",
    of: "organization",
    ends: "when it was told, or a day after it is out of date",
  },
  opportunities: {
    about: "conversations to take up again, sealed",
    of: "organization",
    ends: "`retentionDays`",
  },
  lanes: { about: "which lanes have something to send", of: "organization", ends: "when there is nothing" },
  lane: {
    about: "messages that wait for their turn, with chat or number, sealed",
    of: "organization",
    ends: "when they were sent; of a campaign a day after its end",
  },
  bulk: {
    about: "pace of a number; ids of messages on their way",
    of: "organization",
    ends: "with the organization",
  },
  campaigns: {
    about: "counts and times of a campaign; its template and its recipients, sealed; chats it reached",
    of: "organization",
    ends: "texts and recipients at the end of the campaign, counts 400 days after it",
  },
  import: {
    about: "an audience while it is read in, sealed",
    of: "organization",
    ends: "an hour after it came",
  },
  automations: { about: "automations, sealed", of: "organization", ends: "when they are removed" },
  run: {
    about: "a run: automation, chat, step; the text that began it, sealed",
    of: "organization",
    ends: "7 days after the run has ended; its text with it",
  },
  runs: { about: "runs that go on", of: "organization", ends: "with each run" },
  ended: { about: "runs that have ended", of: "organization", ends: "7 days" },
  wa: {
    about: "WhatsApp session: credentials and Signal keys, sealed",
    of: "organization",
    ends: "when the phone is unlinked",
  },

  organizations: {
    about: "settings of each organization, sealed; how often they changed",
    of: "deployment",
    ends: "with each organization",
  },
  automated: {
    about: "organizations that have automations",
    of: "deployment",
    ends: "with each organization",
  },
  sessions: {
    about: "connection of each organization's number",
    of: "deployment",
    ends: "with each organization",
  },
  health: {
    about: "how each organization's number stands",
    of: "deployment",
    ends: "with each organization",
  },
  done: {
    about: "scheduled jobs done for each organization",
    of: "deployment",
    ends: "with each organization",
  },
  due: { about: "chats and runs that are to be looked at", of: "deployment", ends: "when they were" },
  requests: {
    about: "what operators ask for; settings that they send stand there in clear",
    of: "deployment",
    ends: "when it is taken, or after 10 minutes",
  },
  answers: { about: "what was answered to them", of: "deployment", ends: "10 minutes" },
  attachment: { about: "what came with them, sealed", of: "deployment", ends: "15 minutes" },
  alerts: {
    about: "alerts: organizations, states and times",
    of: "deployment",
    ends: "when they are resolved, which what was erased is",
  },
  rate: { about: "how fast the fleet sends", of: "deployment", ends: "within a minute" },
  erased: { about: "when somebody was erased last", of: "deployment", ends: "never" },
  meta: { about: "version of the store, proof of its keys, sealed", of: "deployment", ends: "never" },
  leases: { about: "who owns which shard", of: "deployment", ends: "never" },
  slots: { about: "slots of processes", of: "deployment", ends: "never" },
  process: { about: "a process", of: "deployment", ends: "with its leases" },
  shares: { about: "share of a process", of: "deployment", ends: "with its leases" },
  heard: { about: "when a process was last heard of", of: "deployment", ends: "a day" },
  measured: { about: "when waiting was measured last", of: "deployment", ends: "minutes" },
  campaign: {
    about: "queue: ids of organizations and campaigns",
    of: "deployment",
    ends: "when the job is done; of those that failed the last thousand",
  },
  automation: {
    about: "queue: ids of organizations and runs",
    of: "deployment",
    ends: "as of the queue campaign",
  },
  cron: { about: "queue: ids of organizations and days", of: "deployment", ends: "as of the queue campaign" },
};

/** Queues of slots: `message-0`. */
export const MESSAGE_QUEUE: KeyFamily = {
  about: "queue: ids of organizations and chats",
  of: "deployment",
  ends: "as of the queue campaign",
};

export interface NamedKey {
  readonly family: KeyFamily;
  /** Undefined of a key of the deployment. */
  readonly organization: string | undefined;
}

/** Undefined for a key that nobody has told of here. */
export function nameKey(prefix: string, key: string): NamedKey | undefined {
  if (!key.startsWith(`${prefix}:`)) return undefined;
  const [first = "", second] = key.slice(prefix.length + 1).split(":");
  const family = /^message-\d+$/.test(first) ? MESSAGE_QUEUE : KEY_FAMILIES[first];
  if (family === undefined) return undefined;
  return { family, organization: family.of === "deployment" ? undefined : second };
}
