import type { RecordedCall } from "./call.ts";
import type { Fault, Faults, Upcoming } from "./faults.ts";

/** What an emulator sees, and what it lets go wrong. */
export class Watch {
  readonly title: string;
  readonly calls: RecordedCall[] = [];
  faults: Faults | undefined;

  /** @param title of the API */
  constructor(title: string) {
    this.title = title;
  }

  note(call: Omit<RecordedCall, "api">): void {
    this.calls.push({ api: this.title, ...call });
  }

  /** What goes wrong with a call that is about to be carried out. */
  fault(call: Omit<Upcoming, "api">): Fault | undefined {
    return this.faults?.({ api: this.title, ...call });
  }
}
