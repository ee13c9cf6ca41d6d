import { Command, Option } from "commander";
import { isInForce } from "../compare/catalogue/catalogue.ts";
import type { Entry } from "../compare/catalogue/entry.ts";
import { isStale } from "../compare/catalogue/staleness.ts";
import { parseDay } from "../compare/asked/day.ts";
import { isoToday } from "../compare/catalogue/today.ts";
import { catalogueIn, refuseUnknown, refusing } from "./prices-options.ts";
import { agedEntries, historyText, listText } from "./prices-text.ts";
import { reportFor } from "./report.ts";

interface PricesOptions {
  readonly provider?: string;
  readonly id?: string;
  readonly on?: string;
  readonly stale?: boolean;
  readonly folder?: string;
  readonly json?: boolean;
}

export function pricesCommand(): Command {
  return new Command("prices")
    .description("Prices and facts that costs are computed from: each with its dates, source and age.")
    .option("--provider <name>", "of this provider")
    .option("--id <id>", "whose id begins so, with all their dates and sources")
    .option("--on <day>", "in force on a day, or at the end of a month, such as 2025-01 (default: today)")
    .option("--stale", "that were last seen longer ago than their provider's usually stay")
    .option("--folder <folder>", "another catalogue than this project's")
    .option("--json", "print them as a line of JSON")
    .addHelpText(
      "after",
      `
docs/catalogue.md says how to read, add and change them. No account and no network is needed, but for update.

Examples:
  $ npx oxy prices --provider fly --on 2025-01
  $ npx oxy prices --id render/key-value/standard
  $ npx oxy prices --stale
  $ npx oxy prices update aws`,
    )
    .addCommand(checkCommand())
    .addCommand(updateCommand())
    .action(async (options: PricesOptions) => refusing(() => list(options)));
}

function checkCommand(): Command {
  return new Command("check")
    .description("Reads all prices and says what is wrong with them, by file and line.")
    .addOption(new Option("--folder <folder>", "another catalogue than this project's"))
    .addOption(new Option("--json", "print the result as a line of JSON"))
    .action(async (_options: object, command: Command) =>
      refusing(() => check(command.optsWithGlobals<PricesOptions>())),
    );
}

function updateCommand(): Command {
  const several = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
  return new Command("update")
    .description("Compare a provider's prices with its own list, and write what differs.")
    .argument("<provider>", "aws; the others have no list that a program reads, and it says where to look")
    .option(
      "--from <place>",
      "an address or a folder with a copy of AWS's Price List (OXY_AWS_PRICE_LIST_URL)",
    )
    .option("--region <region>", "only this region; may be repeated", several)
    .option("--service <name>", "only this file of the list, such as AmazonEC2; may be repeated", several)
    .option("--write", "write into the catalogue what differs; without it, it is only told")
    .addOption(new Option("--folder <folder>", "another catalogue than this project's"))
    .addOption(new Option("--json", "print the result as a line of JSON"))
    .addHelpText(
      "after",
      `
A changed price ends its entry and begins another one; one that is the same was seen again. What a file of the list is
read for is kept in the project's home, and a file that has not changed is not sent again.

Examples:
  $ npx oxy prices update aws
  $ npx oxy prices update aws --service AmazonEC2 --region sa-east-1 --write`,
    )
    .action(async (provider: string, _options: object, command: Command) => {
      const { updatePrices } = await import("./prices-update.ts");
      await refusing(() => updatePrices(provider, command.optsWithGlobals()));
    });
}

async function list(options: PricesOptions): Promise<void> {
  const today = isoToday();
  const day = options.on === undefined ? today : parseDay("--on", options.on, today);
  const catalogue = await catalogueIn(options);
  const { provider, id } = options;
  if (provider !== undefined) refuseUnknown("--provider", provider, Object.keys(catalogue.providers));
  const among = catalogue.entries.filter(
    (entry) => (provider === undefined || entry.provider === provider) && (!id || isNamed(entry, id)),
  );
  if (id !== undefined && among.length === 0)
    refuseUnknown(
      "--id",
      id,
      catalogue.entries.flatMap((entry) => [entry.id, ...entry.aliases]),
    );
  // Whoever asks for one by its id asks for what became of it, too.
  const dated =
    id !== undefined && options.on === undefined ? among : among.filter((each) => isInForce(each, day));
  const shown = options.stale === true ? dated.filter((each) => isStale(each, catalogue, today)) : dated;
  const entries = agedEntries(shown, catalogue, today);
  reportFor(options).result(
    { kind: "result", day, providers: catalogue.providers, entries },
    id === undefined ? listText(entries, catalogue.providers, day) : historyText(entries),
  );
}

async function check(options: PricesOptions): Promise<void> {
  const catalogue = await catalogueIn(options);
  const today = isoToday();
  const inForce = catalogue.entries.filter((entry) => isInForce(entry, today));
  const counts = {
    entries: catalogue.entries.length,
    inForce: inForce.length,
    unknown: inForce.filter(({ value }) => value === null).length,
    unsourced: inForce.filter(({ value, sourceKind }) => value !== null && sourceKind === "unsourced").length,
    stale: inForce.filter((entry) => isStale(entry, catalogue, today)).length,
  };
  reportFor(options).result(
    { kind: "result", ...counts },
    `${counts.entries} entries, nothing wrong with them. In force today: ${counts.inForce}, of which ` +
      `${counts.unknown} unknown, ${counts.unsourced} without a source, ${counts.stale} seen too long ago.`,
  );
}

function isNamed(entry: Entry, begin: string): boolean {
  return [entry.id, ...entry.aliases].some((id) => id.startsWith(begin));
}
