import { getAllBinaryNodeChildren, type BinaryNode } from "@whiskeysockets/baileys";
import { timeOf } from "./stanza-time.ts";

/** No phone rings for longer. */
const RINGS_MS = 60_000;
/** Ended on the phone itself, one way or the other. */
const ENDED_ELSEWHERE: ReadonlySet<string | undefined> = new Set([
  "accepted_elsewhere",
  "rejected_elsewhere",
]);
const REMEMBERED = 100;

/** A call that nobody took. */
export interface MissedCall {
  readonly id: string;
  /** Address of the caller. */
  readonly from: string;
  /** The caller's address by number, where the stanza names it. */
  readonly callerPn: string | undefined;
  /** In ms. */
  readonly at: number;
}

/** Listens to calls and tells which were missed; the phone rings, and is answered by people. */
export class Calls {
  /** Those that somebody took or declined. */
  readonly #dealtWith = new Set<string>();

  /** @returns the call, when this stanza says that nobody took it */
  missed(stanza: BinaryNode, now = Date.now()): MissedCall | undefined {
    const [call] = getAllBinaryNodeChildren(stanza);
    const id = call?.attrs["call-id"];
    const from = call?.attrs["call-creator"] ?? stanza.attrs["from"];
    if (call === undefined || !id || from === undefined) return undefined;
    if (call.attrs["group-jid"] !== undefined || call.attrs["type"] === "group") return undefined;
    const at = timeOf(stanza.attrs["t"], now);
    if (call.tag === "accept" || call.tag === "reject") this.#remember(id);
    const isOver =
      call.tag === "terminate"
        ? !ENDED_ELSEWHERE.has(call.attrs["reason"])
        : // It came while nobody was connected, and rings no more.
          call.tag === "offer" && stanza.attrs["offline"] !== undefined && now - at > RINGS_MS;
    if (!isOver || this.#dealtWith.has(id)) return undefined;
    return { id: `call-${id}`, from, callerPn: call.attrs["caller_pn"], at };
  }

  #remember(id: string): void {
    const [oldest] = this.#dealtWith;
    if (this.#dealtWith.size >= REMEMBERED && oldest !== undefined) this.#dealtWith.delete(oldest);
    this.#dealtWith.add(id);
  }
}
