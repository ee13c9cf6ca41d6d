import { Command } from "commander";
import manifest from "../package.json" with { type: "json" };
import { RequestFailed } from "./control.ts";
import { orgCommand } from "./org.ts";
import { pairCommand } from "./pair.ts";

const program = new Command("oxy")
  .description("Operates Oxy Workers: WhatsApp + AI background workers on any host.")
  .version(manifest.version)
  .showHelpAfterError("(run with --help to see what is expected)")
  .addCommand(orgCommand())
  .addCommand(pairCommand())
  .addHelpText(
    "after",
    `
Examples:
  $ npx oxy org add loja-da-ana --name "Loja da Ana"
  $ npx oxy pair loja-da-ana

The store is found by REDIS_URL and OXY_NAMESPACE, or by --redis and --namespace.`,
  );

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof RequestFailed)) throw error;
  process.stderr.write(`oxy: ${error.message}\n`);
  process.exitCode = 1;
}
