import { randomBytes } from "node:crypto";
import { Refusal } from "../emulator.ts";

/** How long a lease is held that nobody said it of, in s. */
const DEFAULT_TTL_SECONDS = 30;
/** Whoever has the token. */
const OWNER = "somebody@tokens.fly.io";

interface Held {
  readonly nonce: string;
  readonly description: string;
  readonly owner: string;
  readonly expiresAtMs: number;
}

/** The right to change one machine. */
export class EmulatedLease {
  #held: Held | undefined;

  /** Another one with the nonce of this one prolongs it. @throws Refusal while somebody else holds it */
  take(
    machine: string,
    order: { readonly ttl?: number; readonly description?: string },
    nonce?: string,
  ): object {
    this.admit(machine, nonce);
    const { ttl = DEFAULT_TTL_SECONDS, description = "" } = order;
    this.#held = {
      nonce: this.#current?.nonce ?? randomBytes(6).toString("hex"),
      description,
      owner: OWNER,
      expiresAtMs: Date.now() + ttl * 1_000,
    };
    return shown(this.#held);
  }

  /** @throws Refusal when there is none */
  show(machine: string): object {
    const held = this.#current;
    if (held === undefined) throw new Refusal(404, `not_found: machine ${machine} has no lease`);
    return shown(held);
  }

  /** @throws Refusal with another nonce */
  release(machine: string, nonce: string | undefined): void {
    this.show(machine);
    this.admit(machine, nonce);
    this.#held = undefined;
  }

  /** Lets a change pass. @throws Refusal when it is leased, and not with this nonce */
  admit(machine: string, nonce: string | undefined): void {
    const held = this.#current;
    if (held === undefined || held.nonce === nonce) return;
    const until = new Date(held.expiresAtMs).toISOString();
    throw new Refusal(
      409,
      `machine ID ${machine} lease currently held by ${held.owner}, expires at ${until}`,
    );
  }

  get #current(): Held | undefined {
    return this.#held !== undefined && this.#held.expiresAtMs > Date.now() ? this.#held : undefined;
  }
}

function shown({ nonce, description, owner, expiresAtMs }: Held): object {
  const expires_at = Math.floor(expiresAtMs / 1_000);
  return { status: "success", data: { nonce, description, owner, expires_at } };
}
