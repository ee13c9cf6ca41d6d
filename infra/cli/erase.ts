import { Command } from "commander";
import type { ControlRequest } from "../control/channel.ts";
import { ask, printAnswers, withControl, type ControlOptions } from "./control.ts";
import { confirm } from "./deploying.ts";
import { EXIT, Failure } from "./failure.ts";

interface EraseOptions extends ControlOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** Every key of the organization is looked at. */
const PATIENCE_SECONDS = 600;

export function eraseCommand(): Command {
  const contact = new Command("contact")
    .description("Erase all that is stored of one contact of an organization.")
    .argument("<organization>", "as it was added")
    .argument("<contact>", "a phone number with its country's code, or a chat: 123456789@lid")
    .addHelpText(
      "after",
      "\nExample:\n  $ npx oxy erase contact -s local loja-da-ana 5511987654321 --dry-run",
    )
    .action((organization: string, given: string, options: EraseOptions) =>
      erase(options, `all that is stored of ${given} at ${organization}`, {
        verb: "erase contact",
        organization,
        contact: contactOf(given),
      }),
    );
  const organization = new Command("organization")
    .description("Unlink an organization's phone and erase all that is stored of it.")
    .argument("<organization>", "as it was added")
    .addHelpText("after", "\nExample:\n  $ npx oxy erase organization -s local loja-da-ana")
    .action((id: string, options: EraseOptions) =>
      erase(options, `all that is stored of ${id}, and unlink its phone`, {
        verb: "erase organization",
        organization: id,
      }),
    );
  const command = new Command("erase").description(
    "Erase what is stored of people; docs/privacy.md says what that is.",
  );
  for (const each of [contact, organization]) {
    command.addCommand(
      withControl(each)
        .option("--dry-run", "say how much that is, and erase nothing")
        .option("-y, --yes", "erase without asking"),
    );
  }
  return command;
}

async function erase(options: EraseOptions, what: string, request: ControlRequest): Promise<void> {
  if (options.dryRun !== true && options.yes !== true) await confirm(`Erase ${what}?`);
  const asked = { ...request, dryRun: options.dryRun === true };
  await printAnswers(options, ask(options, asked, PATIENCE_SECONDS), (answer) =>
    answer.kind === "done" ? sentence(options, what, answer) : undefined,
  );
}

function sentence(options: EraseOptions, what: string, answer: Readonly<Record<string, string>>): string {
  const entries = `${answer["entries"]} entries`;
  if (options.dryRun === true) return `${what}: ${entries} would be erased`;
  const unlinked =
    answer["loggedOut"] === "no" ? "; WhatsApp could not be told: remove the device on the phone" : "";
  return `${what}: ${entries} erased${unlinked}`;
}

/** A number as people write it. */
function contactOf(given: string): { readonly chat: string } | { readonly number: string } {
  if (given.includes("@")) return { chat: given };
  const number = given.replaceAll(/[\s()+.-]/g, "");
  if (!/^[1-9]\d{6,14}$/.test(number))
    throw new Failure(
      `${given}: expected a phone number with its country's code, or a chat as 123456789@lid`,
      EXIT.configuration,
    );
  return { number };
}
