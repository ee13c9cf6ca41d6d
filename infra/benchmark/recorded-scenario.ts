import { MOST_ORGANIZATIONS, type RecordedMessage, type Scenario } from "./scenario.ts";

/** What a worker logs of an answer, among other fields. */
interface Answered {
  readonly message: "answered";
  readonly timestamp: string;
  readonly organization: string;
  readonly chat: string;
  readonly queueMs: number;
  readonly aiMs: number;
  readonly sendMs: number;
}

/** In place of what was written, which no log has. */
const TEXT = "Oi! Vocês abrem no domingo?";

/**
 * What was answered once, from lines that `oxy logs --json` printed: when messages came, who wrote, how long the AI took.
 * Neither numbers nor texts are in it. Several messages that one answer was for are one.
 * @throws RangeError when no line is of an answer
 */
export function recordedScenario(lines: Iterable<string>, about: string): Scenario {
  const answers = [...lines].flatMap((line) => answeredIn(line) ?? []);
  const conversations = new Map<string, number>();
  const organizations = new Set<string>();
  const messages = answers.map((answer): RecordedMessage => {
    const { organization, chat, timestamp, queueMs, aiMs, sendMs } = answer;
    const whose = `${organization} ${chat}`;
    organizations.add(organization);
    const conversation = conversations.get(whose) ?? conversations.size;
    conversations.set(whose, conversation);
    return { atMs: Date.parse(timestamp) - sendMs - aiMs - queueMs, conversation, aiMs, text: TEXT };
  });
  if (messages.length === 0) throw new RangeError("expected lines of oxy logs --json with answers, got none");
  const sorted = messages.toSorted((one, other) => one.atMs - other.atMs);
  const beganMs = sorted[0]!.atMs;
  return {
    about,
    organizations: Math.min(organizations.size, MOST_ORGANIZATIONS),
    messages: sorted.map(({ atMs, conversation, aiMs }) => {
      return { atMs: atMs - beganMs, conversation, aiMs, text: TEXT };
    }),
  };
}

/** A line is what the worker printed, or that under `text` beside the process that printed it. */
function answeredIn(line: string): Answered | undefined {
  const outer = objectIn(line);
  const inner = typeof outer?.["text"] === "string" ? objectIn(outer["text"]) : outer;
  if (inner?.["message"] !== "answered") return undefined;
  const { queueMs, aiMs, sendMs, timestamp } = inner;
  const isWhole = [queueMs, aiMs, sendMs, Date.parse(String(timestamp))].every((each) =>
    Number.isFinite(each),
  );
  return isWhole ? (inner as unknown as Answered) : undefined;
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
