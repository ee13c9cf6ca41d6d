import { Command, CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { ApiFailed } from "../api/failure.ts";
import { RequestFailed } from "../control/channel.ts";
import { ResourceFailed } from "../provider/resource.ts";
import { engineFailure, isEngineError } from "./engine-failure.ts";
import { EXIT, Failure } from "./failure.ts";

const HINT = "(run with --help to see what is expected)";

/** Each is loaded when it is called: what one needs, the others need neither have nor wait for. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import("./up.ts")).upCommand(),
  preview: async () => (await import("./preview.ts")).previewCommand(),
  refresh: async () => (await import("./refresh.ts")).refreshCommand(),
  destroy: async () => (await import("./destroy.ts")).destroyCommand(),
  status: async () => (await import("./status.ts")).statusCommand(),
  logs: async () => (await import("./logs.ts")).logsCommand(),
  rollback: async () => (await import("./rollback.ts")).rollbackCommand(),
  secret: async () => (await import("./secret.ts")).secretCommand(),
  use: async () => (await import("./use.ts")).useCommand(),
  adopt: async () => (await import("./adopt.ts")).adoptCommand(),
  export: async () => (await import("./export.ts")).exportCommand(),
  bench: async () => (await import("./bench.ts")).benchCommand(),
  prices: async () => (await import("./prices.ts")).pricesCommand(),
  synth: async () => (await import("./synth.ts")).synthCommand(),
  compare: async () => (await import("./compare.ts")).compareCommand(),
  doctor: async () => (await import("./doctor.ts")).doctorCommand(),
  org: async () => (await import("./org.ts")).orgCommand(),
  pair: async () => (await import("./pair.ts")).pairCommand(),
  erase: async () => (await import("./erase.ts")).eraseCommand(),
  sessions: async () => (await import("./sessions.ts")).sessionsCommand(),
  alerts: async () => (await import("./alerts.ts")).alertsCommand(),
  audit: async () => (await import("./audit.ts")).auditCommand(),
  usage: async () => (await import("./usage.ts")).usageCommand(),
};

const program = new Command("oxy")
  .description("Operates Oxy Workers: WhatsApp + AI background workers on any host.")
  .version(manifest.version)
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
const args = process.argv.slice(2);
try {
  for (const load of loadersFor(args[0])) program.addCommand(await load());
  for (const command of everyCommand(program)) {
    const outputError = (text: string, write: (text: string) => void): void =>
      write(text.replace(/^error: /, "oxy: "));
    command.exitOverride().showHelpAfterError(HINT).configureOutput({ outputError });
  }
  await program.parseAsync(args, { from: "user" });
} catch (error) {
  const failure = failureOf(error);
  if (failure.message !== "") process.stderr.write(`oxy: ${failure.message}\n`);
  process.exitCode = failure.exitCode;
}

/** Of the command that is called; of all, to tell about them. */
function loadersFor(name: string | undefined): (() => Promise<Command>)[] {
  const called = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  return called === undefined ? Object.values(commands) : [called];
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
  const missing = missingPackage(error);
  if (missing !== undefined)
    return new Failure(`package ${missing} is not installed: npm ci installs what commands need`);
  if (error instanceof Error && "syscall" in error) return new Failure(error.message);
  throw error;
}

/** `npm start` installs what the worker needs; most commands need more. */
function missingPackage(error: unknown): string | undefined {
  if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")) return undefined;
  return /^Cannot find package '([^']+)'/.exec(error.message)?.[1];
}
