import { FIXED_KINDS, MESSAGE_KINDS } from "../sessions/message-kinds.ts";

const BECOMES = {
  answer: "answered by the AI",
  acknowledge: "acknowledged",
  "hand-over": "handed to a person",
  ignore: "ignored",
} as const;

/** `docs/messages.md`, from the tables that decide. Run directly, this module prints it. */
export function messagesPage(): string {
  const kinds = Object.entries(MESSAGE_KINDS).map(
    ([name, { what, treatment, reads, why }]) =>
      `| \`${name}\` | ${what} | ${BECOMES[treatment]} | ${reads} | ${why} |`,
  );
  const fixed = FIXED_KINDS.map(
    ({ what, becomes, reads, why }) => `| ${what} | ${becomes} | ${reads} | ${why} |`,
  );
  return [
    "# Messages",
    "",
    "What becomes of what comes from WhatsApp. This page is generated:",
    "`node worker/dev/messages-page.ts > docs/messages.md`.",
    "",
    "## From one person to the organization",
    "",
    "An organization may decide otherwise, kind by kind: its setting `messages` takes `answer`, `acknowledge`, `hand-over`",
    'or `ignore` by these names, as `{"messages": {"sticker": "acknowledge"}}`. A name that is none of these is refused.',
    "",
    "| kind | what it is | what becomes of it | what the AI reads | why |",
    "| --- | --- | --- | --- | --- |",
    ...kinds,
    "",
    "- **answered**: it joins what the next turn answers. People on the `team` list are answered by Aurora, everybody else",
    "  by Cliente AI. A person of the team is told apart by phone number, with or without Brazil's ninth digit.",
    "- **acknowledged**: `acknowledgement` (for a call `callMessage`) is sent, once in ten minutes for each chat; the AI knows",
    "  in later turns that there was something.",
    "- **handed to a person**: `handOverMessage` is sent, the AI keeps out for `handOverMinutes`, and the chat is listed until a",
    "  person writes there. For the team this is *answered*.",
    "- **ignored**: kept only so that WhatsApp can deliver it again.",
    "",
    "A message that is one of `optOutWords` and nothing else, however it is written, is not answered by the AI: it ends",
    "campaigns and automations for this person and is confirmed by `optOutMessage`. One of `optInWords` undoes that.",
    "",
    "Media is never downloaded. A text is kept up to 8,000 characters, with a mark where it was cut; a quote up to 300.",
    "",
    "## The same for everybody",
    "",
    "| what | what becomes of it | what the AI reads | why |",
    "| --- | --- | --- | --- |",
    ...fixed,
    "",
    "Which field of WhatsApp's protocol is what stands in `worker/adapters/baileys/content-fields.ts`; a test shows that every",
    "field which the protocol has today is there. What a later version brings is `unreadable` where a person sent it.",
    "",
    "## What the customer sees",
    "",
    "- `typing`: that somebody types, while an answer is thought. WhatsApp is told every 10 s.",
    "- `readReceipts`: `on-arrival`, `on-answer` (when the answer is stored, or the fixed answer for what is acknowledged or",
    "  handed over), or `never`. What a person has taken over stays unread.",
    "",
    "Neither delays or fails an answer. What comes back from the customer's phone (delivered, read, played) is kept for a week",
    "at `receipt:<organization>:<message id>`, counted by day, and for a campaign.",
    "",
    "## One person, one chat",
    "",
    "WhatsApp addresses a person by phone number or by LID. The chat is the LID's; where none was known when the chat began it",
    "stays the number's, whatever is learned later, so that nobody becomes two.",
    "",
  ].join("\n");
}

if (import.meta.main) process.stdout.write(messagesPage());
