import type { Container } from "../containers.ts";

export interface LogEntry {
  readonly id: string;
  readonly message: string;
  readonly timestamp: string;
  readonly labels: readonly { readonly name: string; readonly value: string }[];
}

/** What a service printed, with the time at which it was first looked at: processes say none. */
export class ServiceLog {
  readonly #service: string;
  readonly #entries: LogEntry[] = [];
  readonly #containers = new Map<Container, number>();
  #last = 0;

  constructor(service: string) {
    this.#service = service;
  }

  follow(container: Container): void {
    this.#containers.set(container, 0);
  }

  /** A moment after everything that was looked at. */
  moment(): string {
    this.#last = Math.max(Date.now(), this.#last + 1);
    return new Date(this.#last).toISOString();
  }

  /** What Render itself says there. */
  say(message: string): void {
    this.#add(`==> ${message}`);
  }

  /** Takes in what was printed since it looked. */
  async look(): Promise<readonly LogEntry[]> {
    for (const [container, seen] of this.#containers) {
      const printed = await container.printed();
      this.#containers.set(container, Math.max(seen, printed.length));
      for (const line of printed.slice(seen)) this.#add(line);
    }
    return this.#entries;
  }

  #add(message: string): void {
    this.#entries.push({
      id: `${this.#service}-${this.#entries.length}`,
      message,
      // Each its own: pages are cut by time.
      timestamp: this.moment(),
      labels: [
        { name: "resource", value: this.#service },
        { name: "type", value: "app" },
      ],
    });
  }
}
