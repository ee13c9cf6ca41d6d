import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { engineFailure, isEngineError } from "./engine-failure.ts";
import type { Report } from "./report.ts";
import { Steps, type Remark } from "./steps.ts";

/** What every operation of the engine is given. */
export interface Attention {
  readonly onEvent: (event: EngineEvent) => void;
  readonly suppressOutputs: true;
  readonly signal: AbortSignal;
}

/** What takes longer is told again, so that nobody takes it for hung. */
const PATIENCE_MS = 10_000;
/** Within it the engine says that it was interrupted itself. */
const ECHO_MS = 500;

/**
 * Lets the engine work, tells what it does, and passes on that it should stop.
 * @throws Failure with the errors as sentences, and the engine's exit code
 */
export async function carryOut<Result>(
  { stack, report, preview }: { readonly stack: string; readonly report: Report; readonly preview: boolean },
  operation: (attention: Attention) => Promise<Result>,
): Promise<Result> {
  const steps = new Steps(preview);
  const errors: Remark[] = [];
  const interruption = new Interruption(() => report.say("stopping: what is under way is ended first"));
  const reminder = setInterval(() => steps.lasting(PATIENCE_MS).forEach(report.step), PATIENCE_MS);
  try {
    return await operation({
      suppressOutputs: true,
      signal: interruption.signal,
      onEvent: (event) => {
        interruption.read(event);
        const told = steps.read(event);
        if (told === undefined) return;
        if (told.kind === "remark" && told.severity === "error") errors.push(told);
        report.step(told);
      },
    });
  } catch (error) {
    if (!isEngineError(error)) throw error;
    throw engineFailure(error, { stack, errors, interrupted: interruption.happened });
  } finally {
    clearInterval(reminder);
    interruption.forget();
  }
}

/**
 * That a person or a system wants it to end. The engine ends what is under way when it is told once; told twice, it
 * drops it. Ctrl-C in a terminal reaches it without us, so it is told only if it does not say that it heard.
 */
class Interruption {
  readonly #controller = new AbortController();
  readonly #said: () => void;
  #echo: NodeJS.Timeout | undefined;
  #heard = false;
  happened = false;

  /** @param said told once, when it happens */
  constructor(said: () => void) {
    this.#said = said;
    process.on("SIGINT", this.#interrupted).on("SIGTERM", this.#interrupted);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  read({ stdoutEvent }: EngineEvent): void {
    if (stdoutEvent?.message.includes("received; cancelling") === true) this.#heard = true;
  }

  forget(): void {
    clearTimeout(this.#echo);
    process.off("SIGINT", this.#interrupted).off("SIGTERM", this.#interrupted);
  }

  readonly #interrupted = (): void => {
    if (this.happened) return;
    this.happened = true;
    this.#said();
    this.#echo = setTimeout(() => {
      if (!this.#heard) this.#controller.abort();
    }, ECHO_MS);
  };
}
