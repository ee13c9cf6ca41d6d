import { dueMember } from "./keys.ts";
import type { Conversation } from "./types.ts";

/** Part of the places that no organization takes alone, so that another one's turn begins at once. */
const KEPT_FREE = 0.2;

export interface FairShareOptions {
  /** Turns at once, of all organizations. */
  readonly places: number;
  /** Whether there is any other organization to keep a place for. */
  shared(): boolean;
  run(conversation: Conversation): Promise<void>;
  /** Told of what went wrong in a turn that had to wait: nobody awaits it. */
  failed(conversation: Conversation, error: unknown): void;
}

/**
 * Who is next where there are more turns than places: the organization that has the fewest under way, and among those the
 * one that has waited longest. What waits is only a wake-up, which may be lost: the record says what is due.
 */
export class FairShare {
  readonly #options: FairShareOptions;
  /** Organization → its turns under way. */
  readonly #running = new Map<string, number>();
  /** Organization → its conversations that wait, oldest first; the organizations in the order in which they came. */
  readonly #waiting = new Map<string, Map<string, Conversation>>();
  #taken = 0;
  #closed = false;

  constructor(options: FairShareOptions) {
    this.#options = options;
  }

  /** How many conversations wait. */
  get waiting(): number {
    return [...this.#waiting.values()].reduce((sum, line) => sum + line.size, 0);
  }

  /** Whether this one waits already. */
  waits(conversation: Conversation): boolean {
    return this.#waiting.get(conversation.organization)?.has(dueMember(conversation)) === true;
  }

  /** Resolves when the turn is done, or at once when it has to wait: then it is done later. */
  async take(conversation: Conversation): Promise<void> {
    if (this.#closed) return;
    const { organization } = conversation;
    if (this.#waiting.has(organization) || !this.#fits(organization)) {
      this.#line(organization).set(dueMember(conversation), conversation);
      return;
    }
    await this.#run(conversation);
  }

  /** What waits is let go: whoever owns the shard next finds it in the record. */
  close(): void {
    this.#closed = true;
    this.#waiting.clear();
  }

  async #run(conversation: Conversation): Promise<void> {
    const { organization } = conversation;
    this.#taken++;
    this.#running.set(organization, this.#of(organization) + 1);
    try {
      await this.#options.run(conversation);
    } finally {
      this.#taken--;
      const left = this.#of(organization) - 1;
      if (left > 0) this.#running.set(organization, left);
      else this.#running.delete(organization);
      this.#next();
    }
  }

  /** Gives the places that are free to who waits. */
  #next(): void {
    for (;;) {
      const organizations = [...this.#waiting.keys()].filter((organization) => this.#fits(organization));
      const [first] = organizations.toSorted((one, other) => this.#of(one) - this.#of(other));
      if (first === undefined) return;
      const line = this.#waiting.get(first)!;
      // Behind those that have as few under way.
      this.#waiting.delete(first);
      const [member, conversation] = line.entries().next().value!;
      line.delete(member);
      if (line.size > 0) this.#waiting.set(first, line);
      this.#run(conversation).catch((error: unknown) => this.#options.failed(conversation, error));
    }
  }

  #fits(organization: string): boolean {
    const { places, shared } = this.#options;
    if (this.#taken >= places) return false;
    const most = shared() ? Math.max(1, places - Math.max(1, Math.floor(places * KEPT_FREE))) : places;
    return this.#of(organization) < most;
  }

  #of(organization: string): number {
    return this.#running.get(organization) ?? 0;
  }

  #line(organization: string): Map<string, Conversation> {
    const line = this.#waiting.get(organization) ?? new Map<string, Conversation>();
    this.#waiting.set(organization, line);
    return line;
  }
}
