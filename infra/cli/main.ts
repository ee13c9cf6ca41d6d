import { Command, CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { ApiFailed } from "../api/failure.ts";
import { RequestFailed } from "../control/channel.ts";
import { ResourceFailed } from "../provider/resource.ts";
import { adoptCommand } from "./adopt.ts";
import { destroyCommand } from "./destroy.ts";
import { doctorCommand } from "./doctor.ts";
import { engineFailure, isEngineError } from "./engine-failure.ts";
import { exportCommand } from "./export.ts";
import { EXIT, Failure } from "./failure.ts";
import { logsCommand } from "./logs.ts";
import { orgCommand } from "./org.ts";
import { pairCommand } from "./pair.ts";
import { previewCommand } from "./preview.ts";
import { refreshCommand } from "./refresh.ts";
import { rollbackCommand } from "./rollback.ts";
import { secretCommand } from "./secret.ts";
import { sessionsCommand } from "./sessions.ts";
import { statusCommand } from "./status.ts";
import { upCommand } from "./up.ts";
import { useCommand } from "./use.ts";

const HINT = "(run with --help to see what is expected)";

const program = new Command("oxy")
  .description("Operates Oxy Workers: WhatsApp + AI background workers on any host.")
  .version(manifest.version)
  .addCommand(upCommand())
  .addCommand(previewCommand())
  .addCommand(refreshCommand())
  .addCommand(destroyCommand())
  .addCommand(statusCommand())
  .addCommand(logsCommand())
  .addCommand(rollbackCommand())
  .addCommand(secretCommand())
  .addCommand(useCommand())
  .addCommand(adoptCommand())
  .addCommand(exportCommand())
  .addCommand(doctorCommand())
  .addCommand(orgCommand())
  .addCommand(pairCommand())
  .addCommand(sessionsCommand())
  .addHelpText(
    "after",
    `
Examples:
  $ npx oxy secret set -s local OPENAI_API_KEY
  $ npx oxy up -s local
  $ npx oxy org add -s local loja-da-ana --name "Loja da Ana"
  $ npx oxy pair -s local loja-da-ana
  $ npx oxy logs -s local -f

Exit codes are those of Pulumi's own command: 0 done, 1 failed, 2 called wrongly, 6 there is no such
stack, 7 there were changes though none were expected, 8 cancelled.`,
  );

// Whoever reads on may have read enough: `oxy logs | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
for (const command of everyCommand(program)) {
  const outputError = (text: string, write: (text: string) => void): void =>
    write(text.replace(/^error: /, "oxy: "));
  command.exitOverride().showHelpAfterError(HINT).configureOutput({ outputError });
}
try {
  await program.parseAsync();
} catch (error) {
  const failure = failureOf(error);
  if (failure.message !== "") process.stderr.write(`oxy: ${failure.message}\n`);
  process.exitCode = failure.exitCode;
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap((each) => everyCommand(each))];
}

/** Anything else is a defect of ours, and worth its stack. */
function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof RequestFailed || error instanceof ApiFailed || error instanceof ResourceFailed)
    return new Failure(error.message);
  // Commander has printed what it is; help that was asked for is none.
  if (error instanceof CommanderError) return new Failure("", error.exitCode === 0 ? 0 : EXIT.configuration);
  if (isEngineError(error)) return engineFailure(error);
  if (error instanceof Error && "syscall" in error) return new Failure(error.message);
  throw error;
}
