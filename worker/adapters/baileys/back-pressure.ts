/** Messages that wait to be handled, before no more are read from the socket; and at how many reading goes on. */
const WAITING_MAX = 200;
const WAITING_LOW = 100;
/** Whoever handles may wait for an answer that comes over the same socket: after so long without progress some more is read. */
const STALLED_MS = 250;

/** A WebSocket, of ws, as far as it can be kept from being read. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

/**
 * Reads no faster than messages are handled: whoever writes ten thousand at once fills WhatsApp's buffers and the network's,
 * not the memory of a process that others share.
 */
export class BackPressure {
  readonly #socket: () => Pausable | null | undefined;
  #waiting = 0;
  #paused = false;
  #stalled: NodeJS.Timeout | undefined;

  /** @param socket undefined or null once it is closed */
  constructor(socket: () => Pausable | null | undefined) {
    this.#socket = socket;
  }

  /** A message was read. */
  waits(): void {
    if (++this.#waiting > WAITING_MAX) this.#pause();
  }

  /** One that was read has been handled, one way or another. */
  handled(): void {
    this.#waiting--;
    if (!this.#paused) return;
    if (this.#waiting <= WAITING_LOW) this.#resume();
    else this.#stalled?.refresh();
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#socket()?.pause();
    this.#stalled = setTimeout(() => this.#resume(), STALLED_MS).unref();
  }

  #resume(): void {
    this.#paused = false;
    clearTimeout(this.#stalled);
    this.#socket()?.resume();
  }
}
