import { EXIT, Failure } from "./failure.ts";
import { holderIn, lockedBy } from "./locks.ts";
import type { Remark } from "./steps.ts";

/** What the Automation API knows of a command that failed, beyond its types. */
interface EngineError extends Error {
  readonly commandResult: {
    readonly stderr: string;
    readonly err?: { readonly exitCode?: number; readonly signal?: string; readonly stderr?: string };
  };
}

/** What the engine says of a provider that it did not end itself, before it repeats what that printed. */
const CRASH = "exited prematurely";

/** Whether a command of the engine failed; to be asked without loading its library. */
export function isEngineError(error: unknown): error is EngineError {
  return error instanceof Error && "commandResult" in error;
}

/** What ended an operation, in sentences for the user, and with the engine's exit code. */
export function engineFailure(
  error: EngineError,
  circumstances: {
    readonly stack?: string | undefined;
    /** Errors that the engine told while it worked. */
    readonly errors?: readonly Remark[];
    readonly interrupted?: boolean;
  } = {},
): Failure {
  const { stack = "", errors = [], interrupted = false } = circumstances;
  const { stderr, err } = error.commandResult;
  const holder = holderIn(stderr);
  if (holder !== undefined) return lockedBy(stack, holder);
  if (stderr.includes("incorrect passphrase")) {
    return new Failure(
      `PULUMI_CONFIG_PASSPHRASE: expected what the secrets of stack ${stack} are encrypted with, got another passphrase`,
    );
  }
  const said = [...new Set([...ofResources(errors), ...(errors.length > 0 ? [] : printedIn(stderr))])];
  if (interrupted) {
    const cut = said.length > 0 ? `: ${said.join("; ")}` : "";
    return new Failure(`stopped${cut} (the same command again goes on from there)`, EXIT.cancelled);
  }
  if (err?.signal !== undefined) {
    return new Failure(
      `the engine was ended by ${err.signal}: run the same command again, it goes on from there`,
    );
  }
  const crash = said.find((sentence) => sentence.includes(CRASH));
  if (crash !== undefined) {
    const words = crash.split("streams of the plugin:")[1]?.replaceAll(/\s+/g, " ").trim();
    const last = words ? ` (its last words: ${words})` : "";
    return new Failure(
      `our provider ended in the middle${last}: run the same command again, it goes on from there`,
    );
  }
  return new Failure(said.join("\n") || lastLineOf(stderr), err?.exitCode ?? EXIT.error);
}

/** What says no more than that there were errors is left out. */
function ofResources(errors: readonly Remark[]): string[] {
  return errors
    .filter(({ message }) => !/^(update|preview|destroy|refresh) failed$/.test(message))
    .map(({ resource, message }) => (resource ? `${resource}: ${unlisted(message)}` : message));
}

/** A creation that failed and left something is told as a list of reasons: the reasons alone. */
function unlisted(message: string): string {
  const [heading = "", ...reasons] = message.split(/\n\s*\* /);
  return /^\d+ errors? occurred:$/.test(heading.trim())
    ? reasons.map((one) => one.trim()).join("; ")
    : message;
}

function printedIn(stderr: string): string[] {
  const lines = stderr.split("\n").filter((line) => line.startsWith("error: "));
  return lines.map((line) => line.slice("error: ".length));
}

function lastLineOf(stderr: string): string {
  return stderr.trim().split("\n").at(-1) ?? stderr;
}
