import { Command } from "commander";
import { renderUnicodeCompact } from "uqr";
import { ask, withControl, type ControlOptions } from "./control.ts";

/** WhatsApp shows the first code for 60 s and the others for 20 s each. */
const PATIENCE_SECONDS = 90;

export function pairCommand(): Command {
  const pair = new Command("pair")
    .description("Link an organization's phone: shows the QR code to scan.")
    .argument("<organization>", "as it was added")
    .addHelpText(
      "after",
      "\nOn the phone: WhatsApp, Settings, Linked devices, Link a device.\n\nExample:\n  $ npx oxy pair -s local loja-da-ana",
    )
    .action(pairOrganization);
  return withControl(pair);
}

async function pairOrganization(organization: string, options: ControlOptions): Promise<void> {
  for await (const answer of ask(options, { verb: "pair", organization }, PATIENCE_SECONDS)) {
    if (options.json) process.stdout.write(`${JSON.stringify(answer)}\n`);
    else if (answer.kind === "qr") {
      process.stdout.write(
        `${renderUnicodeCompact(answer.qr)}\nScan this with the phone of ${organization}.\n`,
      );
    } else if (answer.kind === "done")
      process.stdout.write(`${organization} is linked as ${answer["account"]}\n`);
  }
}
