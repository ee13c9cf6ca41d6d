import type { Changes, SessionState } from "./session-state.ts";

/** What is named or valued by people. Keys of the organization's own phone, and numbers of its pre-keys, are none of theirs. */
const ABOUT_PEOPLE: ReadonlySet<string> = new Set([
  "session",
  "identity-key",
  "sender-key",
  "sender-key-memory",
  "lid-mapping",
  "chat-by-number",
  "device-list",
  "known-devices",
  "tctoken",
]);
/** Of what names several, the others are found again by whoever needs them. */
const OF_SEVERAL: ReadonlySet<string> = new Set(["sender-key-memory", "lid-mapping"]);
/** Baileys' list of the chats of which it has a token. */
const TOKENS = "tctoken:__index";

/** All that these people are known as: their numbers and their LIDs, digits both. */
export function knownAs(state: SessionState, users: Iterable<string>): Set<string> {
  const known = new Set(users);
  // A mapping stands there in both directions.
  for (const [field, json] of state.entries()) {
    if (!field.startsWith("lid-mapping:")) continue;
    const [, one = ""] = /^lid-mapping:(\d+)(?:_reverse)?$/.exec(field) ?? [];
    const [, other = ""] = /^"(\d+)"$/.exec(json) ?? [];
    if (one !== "" && other !== "" && (known.has(one) || known.has(other))) known.add(one).add(other);
  }
  return known;
}

/** Forgets what the phone's session keeps of these people, who meet it as strangers from here on. */
export async function forget(state: SessionState, users: ReadonlySet<string>): Promise<void> {
  const own = new Set([state.creds.me?.id, state.creds.me?.lid].map((jid) => /^\d+/.exec(jid ?? "")?.[0]));
  const names = [...users].filter((user) => /^\d+$/.test(user) && !own.has(user));
  if (names.length === 0) return;
  const named = new RegExp(`(?<!\\d)(?:${names.join("|")})(?!\\d)`);
  const changes: Changes = new Map();
  for (const [field, json] of state.entries()) {
    const [type = ""] = field.split(":", 1);
    if (!ABOUT_PEOPLE.has(type)) continue;
    const id = field.slice(type.length + 1);
    if (field === TOKENS) changes.set(field, without(json, named));
    else if (named.test(id) || (OF_SEVERAL.has(type) && named.test(json))) changes.set(field, null);
  }
  await state.write(changes);
}

/** The list of chats, as Baileys wraps it, without those. */
function without(json: string, named: RegExp): string | null {
  try {
    const entry = JSON.parse(json) as { token: { data: string } };
    const chats = JSON.parse(Buffer.from(entry.token.data, "base64").toString()) as string[];
    const left = JSON.stringify(chats.filter((chat) => !named.test(chat)));
    return JSON.stringify({
      ...entry,
      token: { ...entry.token, data: Buffer.from(left).toString("base64") },
    });
  } catch {
    // It is made anew of what comes.
    return null;
  }
}
