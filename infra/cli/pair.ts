import { Command } from "commander";
import { renderUnicodeCompact } from "uqr";
import { ask, printAnswers, withControl, type ControlOptions } from "./control.ts";

/** WhatsApp shows the first code for 60 s and the others for 20 s each. */
const PATIENCE_SECONDS = 90;
/** A code that is typed is good for all of that time. */
const CODE_PATIENCE_SECONDS = 200;

interface PairOptions extends ControlOptions {
  readonly code?: string;
}

export function pairCommand(): Command {
  const pair = new Command("pair")
    .description("Link an organization's phone: shows the QR code to scan, or a code to type there.")
    .argument("<organization>", "as it was added")
    .option("--code <number>", "link by a code that is typed on the phone with this number: 5511987654321")
    .addHelpText(
      "after",
      '\nOn the phone: WhatsApp, Settings, Linked devices, Link a device; with --code then "Link with phone number instead".\n\nExamples:\n  $ npx oxy pair -s local loja-da-ana\n  $ npx oxy pair -s local loja-da-ana --code 5511987654321',
    )
    .action(pairOrganization);
  return withControl(pair);
}

async function pairOrganization(organization: string, options: PairOptions): Promise<void> {
  const { code } = options;
  // As people write it.
  const number = code?.replaceAll(/[\s()+.-]/g, "");
  const request = { verb: "pair", organization, ...(number === undefined ? {} : { number }) };
  const patience = number === undefined ? PATIENCE_SECONDS : CODE_PATIENCE_SECONDS;
  await printAnswers(options, ask(options, request, patience), (answer) => {
    switch (answer.kind) {
      case "qr":
        return `${renderUnicodeCompact(answer.qr)}\nScan this with the phone of ${organization}.`;
      case "code":
        return `Type this on the phone of ${organization}: ${spaced(answer.code)}`;
      case "done":
        return `${organization} is linked as ${answer["account"]}`;
      default:
        return undefined;
    }
  });
}

/** As the phone shows it while it is typed. */
function spaced(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}
