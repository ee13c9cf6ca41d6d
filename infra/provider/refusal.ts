import { status } from "@grpc/grpc-js";
import { ApiFailed } from "../api/failure.ts";
import { Incomplete } from "./incomplete.ts";
import { Aborted } from "./operations.ts";
import { NotAccepted } from "./properties.ts";
import { ResourceFailed } from "./resource.ts";

/** The request cannot be served; the message says why. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Refusal {
  readonly code: status;
  readonly details: string;
  /** Nobody meant it to happen: where it did. */
  readonly defect?: string;
  /** What is there all the same. */
  readonly left?: Incomplete;
}

/**
 * How an error is told to the engine. It takes an internal error for "nobody knows what became of the resource" and
 * keeps warning of it; with every other code the resource is as it was recorded, which the next update completes.
 */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Incomplete) return { ...refusalOf(error.cause), left: error };
  if (error instanceof Refused) return { code: error.code, details: error.message };
  if (error instanceof NotAccepted) return { code: status.INVALID_ARGUMENT, details: error.message };
  if (error instanceof ResourceFailed || error instanceof ApiFailed)
    return { code: status.FAILED_PRECONDITION, details: error.message };
  if (error instanceof Aborted)
    return {
      code: error.because === "late" ? status.DEADLINE_EXCEEDED : status.ABORTED,
      details: error.message,
    };
  const message = error instanceof Error ? error.message : String(error);
  const defect = error instanceof Error ? (error.stack ?? message) : message;
  return { code: status.INTERNAL, details: `${message} (this is a defect of the provider)`, defect };
}
