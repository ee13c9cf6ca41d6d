import type { Contact } from "./contact.ts";
import type { Phone } from "./phone.ts";

/** What went wrong on the way, so far. */
export interface FaultsSeen {
  /** What a contact, the owner's phone or the worker could not decrypt. */
  readonly undecryptable: number;
  /** Messages that the worker refused for good. */
  readonly nacks: number;
}

export function faultsSeen(phones: readonly Phone[], contacts: readonly Contact[]): FaultsSeen {
  return {
    undecryptable:
      sum(contacts.map(({ undecryptable }) => undecryptable.length)) +
      sum(phones.map(({ unreadable, retryReceipts }) => unreadable.length + retryReceipts)),
    nacks: sum(phones.map(({ nacks }) => nacks.length)),
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
