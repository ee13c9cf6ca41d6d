import type { Conversation } from "../conversation/types.ts";
import type { Lease } from "./lease.ts";
import type { OrganizationSettings } from "./organization.ts";

/** Why a connection ended, in terms of what may be done next. */
export type Ending =
  /** The phone has been linked; WhatsApp asks for a new connection at once. */
  | { readonly kind: "restart" }
  /** Another connection took over (440). */
  | { readonly kind: "replaced" }
  /** The phone unlinked this device (401): the credentials are void. */
  | { readonly kind: "logged-out" }
  /** Nobody scanned the QR code in time. */
  | { readonly kind: "not-scanned" }
  /** WhatsApp does not want this client: redialling cannot help. */
  | { readonly kind: "rejected"; readonly code: number }
  /** A write was refused or failed: nothing may be done under this lease until it is taken anew. */
  | { readonly kind: "store"; readonly error: Error }
  /** We closed it. */
  | { readonly kind: "closed" }
  /** The network, or WhatsApp, dropped it. */
  | { readonly kind: "dropped"; readonly code: number | undefined };

/** What the server said about a message that was sent. */
export type Ack =
  | { readonly kind: "acked"; readonly id: string }
  | { readonly kind: "refused"; readonly id: string; readonly code: number };

/** How far a message that we sent has come at the other side; it only advances. */
export type ReceiptState = "delivered" | "read" | "played";

/** What the other side's phone says about messages that we sent. */
export interface Receipt {
  readonly ids: readonly string[];
  readonly state: ReceiptState;
  /** By WhatsApp's clock, in ms. */
  readonly at: number;
}

export interface ConnectionEvents {
  qr(code: string): void;
  /** To be typed on the phone, where pairing by code was asked for. */
  code(code: string): void;
  /** The phone was linked; its number or LID is in `account`. */
  paired(account: string): void;
  /** Logged in: stanzas can be sent. */
  open(account: string): void;
  /** A message was accepted into the conversation's record; it wants a turn. */
  accepted(conversation: Conversation): void;
  /** A message was recognised and left alone. */
  leftAlone(what: string): void;
  ack(ack: Ack): void;
  receipt(receipt: Receipt): void;
  /** Exactly once, last. */
  ended(ending: Ending): void;
}

export interface ConnectionContext {
  readonly organization: string;
  readonly lease: Lease;
  /** Offer QR codes when no phone is linked. */
  readonly pairing: boolean;
  /** Offer a code to be typed on the phone with this number instead. */
  readonly number?: string | undefined;
  /** As they are at this moment. */
  settings(): OrganizationSettings;
  readonly events: ConnectionEvents;
}

/** One socket of one organization. */
export interface Connection {
  /** Another one for every connection. */
  readonly id: string;
  readonly open: boolean;
  /**
   * Resolves when the stanza is written; it is *sent* only when the server acknowledges it (`ack`).
   * A repeated send under the same id is the same message to WhatsApp.
   */
  send(chat: string, id: string, text: string): Promise<void>;
  /**
   * The chat with whoever has this phone number: the LID where it is known. Undefined when nobody on WhatsApp has it.
   * Asks the network at most once for a number.
   * @param number digits, with the country's code
   * @throws Error when it cannot be asked at this moment
   */
  resolve(number: string): Promise<string | undefined>;
  /** Shows the contact that somebody types, or does no more. It lapses by itself after some 25 s. */
  typing(chat: string, on: boolean): Promise<void>;
  /** Shows the contact that these messages of theirs were read. */
  read(chat: string, messages: readonly string[]): Promise<void>;
  /** Has WhatsApp unlink this device, and closes. Resolves also when WhatsApp says nothing about it. */
  logOut(): Promise<void>;
  /** Closes in an orderly way: what is being stored is stored first. */
  close(): Promise<void>;
  /** Cuts the socket now. */
  terminate(): void;
}

/** A session as it was kept elsewhere: `creds`, and `type:id` of each Signal key → its JSON. */
export type SessionValues = ReadonlyMap<string, string>;

/** A session from elsewhere cannot be taken over; the message says why, and holds nothing of it. */
export class UnusableSession extends Error {
  override readonly name = "UnusableSession";
}

/** What the worker needs of WhatsApp. */
export interface WhatsApp {
  /** Undefined when no phone is linked, and none is to be. @throws LeaseLost, Unsealable */
  connect(context: ConnectionContext): Promise<Connection | undefined>;
  /** Forgets a session that WhatsApp logged out. @throws LeaseLost */
  wipe(organization: string, lease: Lease): Promise<void>;
  /** Whether a phone is linked, connected or not. @throws LeaseLost, Unsealable */
  linked(organization: string, lease: Lease): Promise<boolean>;
  /**
   * All that these people are known as, by phone number and by LID.
   * @param users digits of either; those that nobody is known as are among what is returned, too
   * @throws LeaseLost, Unsealable
   */
  knownAs(organization: string, lease: Lease, users: readonly string[]): Promise<ReadonlySet<string>>;
  /** Forgets them, as if they had never met; nothing may be connected. @throws LeaseLost, Unsealable */
  forget(organization: string, lease: Lease, users: ReadonlySet<string>): Promise<void>;
  /**
   * Puts a session from elsewhere in the place of what is stored; nothing may be connected.
   * @throws UnusableSession, LeaseLost; what was stored stays then
   */
  adopt(organization: string, lease: Lease, values: SessionValues): Promise<void>;
}
