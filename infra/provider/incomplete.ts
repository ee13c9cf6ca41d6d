import type { Recorded } from "./difference.ts";

/**
 * A creation failed, and something of it is there: it is recorded, so that the next update completes it and `destroy`
 * takes it along.
 */
export class Incomplete extends Error {
  override readonly name = "Incomplete";
  readonly id: string;
  readonly left: Recorded;

  constructor(id: string, left: Recorded, cause: Error) {
    super(cause.message, { cause });
    this.id = id;
    this.left = left;
  }
}
