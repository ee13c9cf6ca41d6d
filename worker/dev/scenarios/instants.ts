import type { ProxiedCommand } from "../proxies/redis-proxy.ts";
import type { Trial } from "./trial.ts";
import type { TappedStanza } from "../whatsapp/simulator.ts";

/**
 * Kills the worker; false when it is to live on until the next such moment. What the dead process still has on its
 * way is to be held back then.
 */
type Kill = () => boolean;

/** A moment in the life of a message, recognised from outside the worker. The returned function takes the trap away. */
export type Instant = (trial: Trial, kill: Kill) => () => void;

/** What a session step stores, as far as it is written in clear. */
interface StepPayload {
  readonly keys: readonly (readonly [field: string, value: unknown])[];
  readonly inbound: readonly unknown[];
}

/** Every instant of the loop, in the order of a message's life. */
export const instants: Readonly<Record<string, Instant>> = {
  "ciphertext received": (trial, kill) => {
    const untap = trial.deployment.whatsapp.onStanza((stanza) => {
      if (isMessage(stanza, "to-client")) void trial.sockets.read().then(kill);
    });
    // Whichever comes first: the text must not be stored.
    const release = atScript("session step", "request", carriesText)(trial, kill);
    return () => {
      untap();
      release();
    };
  },
  "text decrypted, not stored": atScript("session step", "request", carriesText),
  "text stored": atScript("session step", "reply", carriesText),
  "receipt sent, not processed": atStanza("from-client", isReceipt, "drop"),
  "receipt sent": atStanza("from-client", isReceipt, "pass"),
  "turn begun": atScript("conversation begin", "reply"),
  "AI answered": atScript("conversation commit", "request"),
  "answer stored": atScript("conversation commit", "reply"),
  "part marked as sent": atScript(
    "conversation sent",
    "reply",
    ({ reply }) => reply?.includes('"body"') ?? false,
  ),
  "ratchet step stored": atScript("session step", "reply", encryptsForContact),
  "stanza on the wire, not processed": atStanza("from-client", isMessageTo, "drop"),
  "stanza on the wire": atStanza("from-client", isMessageTo, "pass"),
  "ack received": atScript("conversation acked", "request"),
  "ack recorded": atScript("conversation acked", "reply"),
};

/** When a script is about to be passed on to Redis, or its reply to the worker; then neither arrives. */
export function atScript(
  script: string,
  at: ProxiedCommand["at"],
  matches: (command: ProxiedCommand, trial: Trial) => boolean = () => true,
): Instant {
  return (trial, kill) =>
    trial.redis.onCommand((command) => {
      if (command.script !== script || command.at !== at || command.failed) return undefined;
      return matches(command, trial) && kill() ? "cut" : undefined;
    });
}

/** When the server has a stanza from the worker, before it is processed. */
function atStanza(
  direction: TappedStanza["direction"],
  matches: (stanza: TappedStanza) => boolean,
  then: "pass" | "drop",
): Instant {
  return (trial, kill) =>
    trial.deployment.whatsapp.onStanza((stanza) => {
      if (stanza.direction !== direction || !matches(stanza)) return undefined;
      return kill() && then === "drop" ? "drop" : undefined;
    });
}

function stepOf({ args }: ProxiedCommand): StepPayload {
  return JSON.parse(args.at(-1) ?? "") as StepPayload;
}

export function carriesText(command: ProxiedCommand): boolean {
  return stepOf(command).inbound.length > 0;
}

/** The step changes any session, the one with the owner's phone included. */
export function movesSession(command: ProxiedCommand): boolean {
  return stepOf(command).keys.some(([field]) => field.startsWith("session:"));
}

/** The step changes a contact's session: a message was decrypted, or encrypted, or a session begun. */
export function movesContact(command: ProxiedCommand, trial: Trial): boolean {
  const contacts = trial.deployment.whatsapp.contacts.map(({ lid }) => `session:${lid.split("@")[0]}`);
  return stepOf(command).keys.some(([field]) => contacts.some((contact) => field.startsWith(contact)));
}

/** The step of a message that is being sent: it changes a contact's session and brings no text. */
function encryptsForContact(command: ProxiedCommand, trial: Trial): boolean {
  return !carriesText(command) && movesContact(command, trial);
}

function isMessageTo({ node }: TappedStanza): boolean {
  return node.tag === "message";
}

function isMessage({ direction, node }: TappedStanza, expected: TappedStanza["direction"]): boolean {
  return direction === expected && node.tag === "message" && node.attrs["category"] !== "peer";
}

function isReceipt({ node }: TappedStanza): boolean {
  return node.tag === "receipt" && ["inactive", undefined].includes(node.attrs["type"]);
}
