import type { Plain } from "../../provider/values.ts";
import type { Held } from "./account.ts";

/** Who waits for what is being done. */
export interface Doing {
  readonly signal: AbortSignal;
  /** Shown to whoever deploys. */
  progress(message: string): void;
}

/** It is there, and is not as it should be: the next update completes it. */
export class NotReady extends Error {
  override readonly name = "NotReady";
}

type Outputs = Readonly<Record<string, Plain>>;

/** What a type of resource is besides what is noted of it: something runs for it on this machine. */
export interface Live {
  /** @throws AwsRefused when nothing was made, NotReady */
  create(held: Held, doing: Doing): Promise<Outputs>;
  /** It has its new inputs already. @throws AwsRefused, NotReady */
  update?(held: Held, doing: Doing): Promise<Outputs>;
  remove(held: Held): Promise<void>;
  /** What has become of its inputs since. */
  seen?(held: Held): Outputs;
}
