/** What pairing tells whoever asked for it. */
export type PairingEvent =
  | { readonly kind: "qr"; readonly qr: string }
  | { readonly kind: "code"; readonly code: string }
  | { readonly kind: "paired"; readonly account: string }
  | { readonly kind: "failed"; readonly reason: string };

/** Who waits for a phone to be linked, how, and what they were shown last. */
export class Pairing {
  /** Of the phone on which a code is to be typed; undefined where one is to be scanned. */
  number: string | undefined;
  #tell: ((event: PairingEvent) => void) | undefined;
  /** What can be scanned or typed at this moment. */
  #shown: PairingEvent | undefined;

  get isAwaited(): boolean {
    return this.#tell !== undefined;
  }

  /** From now on this one is told. */
  follow(tell: (event: PairingEvent) => void): void {
    this.#tell = tell;
  }

  begin(number: string | undefined): void {
    this.number = number;
    this.#shown = undefined;
  }

  show(code: PairingEvent): void {
    this.#shown = code;
    this.#tell?.(code);
  }

  /** The next code may be a minute away. */
  showAgain(): void {
    if (this.#shown !== undefined) this.#tell?.(this.#shown);
  }

  succeeded(account: string): void {
    this.#end({ kind: "paired", account });
  }

  failed(reason: string): void {
    this.#end({ kind: "failed", reason });
  }

  #end(event: PairingEvent): void {
    this.#tell?.(event);
    this.#tell = undefined;
  }
}
