import { CommandError } from "@pulumi/pulumi/automation/index.js";
import type { EngineEvent, OpMap } from "@pulumi/pulumi/automation/index.js";
import { EXIT, Failure } from "./failure.ts";
import type { Report } from "./report.ts";
import { Steps, type Remark } from "./steps.ts";

/** What every operation of the engine is given. */
export interface Attention {
  readonly onEvent: (event: EngineEvent) => void;
  readonly suppressOutputs: true;
  readonly signal: AbortSignal;
}

/**
 * Lets the engine work, tells what it does, and passes on that it should stop. In a terminal Ctrl-C reaches the
 * engine by itself, which then ends what is under way; told twice, it would drop it.
 * @returns resources by what happened to them
 * @throws Failure with the errors as sentences, and the engine's exit code
 */
export async function carryOut(
  report: Report,
  preview: boolean,
  operation: (attention: Attention) => Promise<OpMap>,
): Promise<OpMap> {
  const steps = new Steps(preview);
  const errors: Remark[] = [];
  const stopping = new AbortController();
  const interrupted = (): void => {
    if (!process.stdin.isTTY) stopping.abort();
    report.say("stopping: what is under way is ended first");
  };
  const terminated = (): void => stopping.abort();
  process.on("SIGINT", interrupted).on("SIGTERM", terminated);
  try {
    return await operation({
      suppressOutputs: true,
      signal: stopping.signal,
      onEvent: (event) => {
        const told = steps.read(event);
        if (told === undefined) return;
        if (told.kind === "remark" && told.severity === "error") errors.push(told);
        report.step(told);
      },
    });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw failureOf(error, errors, stopping.signal.aborted);
  } finally {
    process.off("SIGINT", interrupted).off("SIGTERM", terminated);
  }
}

function failureOf(error: CommandError, remarks: readonly Remark[], stopped: boolean): Failure {
  const { stderr, err } = (error as unknown as { commandResult: CommandOutcome }).commandResult;
  const ofResources = remarks.filter(
    ({ message }) => !/^(update|preview|destroy|refresh) failed$/.test(message),
  );
  const sentences = ofResources.map(({ resource, message }) =>
    resource ? `${resource}: ${message}` : message,
  );
  const printed = stderr.split("\n").filter((line) => line.startsWith("error: "));
  const fallback = printed.map((line) => line.slice("error: ".length));
  const all = [...new Set(sentences.length > 0 ? sentences : fallback)];
  const code = stopped ? EXIT.cancelled : (err?.exitCode ?? EXIT.error);
  return new Failure(all.join("\n") || error.message, code);
}

/** What the Automation API knows of a command that failed, beyond its types. */
interface CommandOutcome {
  readonly stderr: string;
  readonly err?: { readonly exitCode?: number };
}
