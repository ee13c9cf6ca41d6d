import type { Caller } from "../credentials.ts";

/** A request to one of AWS's services. */
interface Asked {
  /** `ListTasks` */
  readonly action: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
}

/** Answers the actions of one service that the project calls. @throws AwsRefused */
export type Service = Readonly<Record<string, (asked: Asked) => unknown>>;
