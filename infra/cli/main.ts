import { Command } from "commander";
import manifest from "../package.json" with { type: "json" };
import { RequestFailed } from "./control.ts";
import { destroyCommand } from "./destroy.ts";
import { doctorCommand } from "./doctor.ts";
import { EXIT, Failure } from "./failure.ts";
import { logsCommand } from "./logs.ts";
import { orgCommand } from "./org.ts";
import { pairCommand } from "./pair.ts";
import { previewCommand } from "./preview.ts";
import { refreshCommand } from "./refresh.ts";
import { rollbackCommand } from "./rollback.ts";
import { secretCommand } from "./secret.ts";
import { statusCommand } from "./status.ts";
import { upCommand } from "./up.ts";

const program = new Command("oxy")
  .description("Operates Oxy Workers: WhatsApp + AI background workers on any host.")
  .version(manifest.version)
  .showHelpAfterError("(run with --help to see what is expected)")
  .addCommand(upCommand())
  .addCommand(previewCommand())
  .addCommand(refreshCommand())
  .addCommand(destroyCommand())
  .addCommand(statusCommand())
  .addCommand(logsCommand())
  .addCommand(rollbackCommand())
  .addCommand(secretCommand())
  .addCommand(doctorCommand())
  .addCommand(orgCommand())
  .addCommand(pairCommand())
  .addHelpText(
    "after",
    `
Examples:
  $ npx oxy secret set -s local OPENAI_API_KEY
  $ npx oxy up -s local
  $ npx oxy org add -s local loja-da-ana --name "Loja da Ana"
  $ npx oxy pair -s local loja-da-ana
  $ npx oxy logs -s local -f

Exit codes are those of Pulumi's own command: 0 done, 1 failed, 2 a flag or the config is wrong, 6 there is no such
stack, 7 there were changes though none were expected, 8 cancelled.`,
  );

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof RequestFailed) && !(error instanceof Failure)) throw error;
  process.stderr.write(`oxy: ${error.message}\n`);
  process.exitCode = error instanceof Failure ? error.exitCode : EXIT.error;
}
