/** A conversation's record, as far as it decides who waits for what. */
export const REST = 0;
export const WAITING = 1;
export const THINKING = 2;
export const SENDING = 3;

/** Marks the end of a list of messages. */
export const NONE = -1;

/** The conversations of a simulation, by number: a list for each of their fields, because there may be millions. */
export class Conversations {
  readonly sessionOf: number[] = [];
  readonly state: number[] = [];
  /** Messages that are not answered, as a list. */
  readonly first: number[] = [];
  readonly last: number[] = [];
  /** How many of the list, from the first one, are being thought. */
  readonly consumed: number[] = [];
  readonly attempts: number[] = [];
  readonly tryAt: number[] = [];
  readonly thinkMs: number[] = [];
  /** When the ack of a holding message is recorded; 0 without one. */
  readonly heldUntil: number[] = [];
  /** Ms of round trips until its wake-up was taken. */
  readonly takenMs: number[] = [];

  /** All up to this one, at rest. In order: arrays with holes are slow. */
  grow(conversation: number, sessions: number): void {
    for (let next = this.state.length; next <= conversation; next++) {
      this.sessionOf.push(next % sessions);
      this.state.push(REST);
      this.first.push(NONE);
      this.last.push(NONE);
      for (const zero of [
        this.consumed,
        this.attempts,
        this.tryAt,
        this.thinkMs,
        this.heldUntil,
        this.takenMs,
      ])
        zero.push(0);
    }
  }
}
