import { join, resolve } from "node:path";
import {
  CATALOGUE_FOLDER,
  catalogueFiles,
  catalogueOf,
  isInForce,
  type Catalogue,
} from "../compare/catalogue/catalogue.ts";
import { REGION_SIGN } from "../compare/catalogue/file-entries.ts";
import { differencesOf, type Difference } from "../compare/price-list/difference.ts";
import { PRICE_LIST } from "../compare/price-list/offer-source.ts";
import { readPriceList } from "../compare/price-list/read-price-list.ts";
import { HUGE, SERVICES, WANTED, type Service } from "../compare/price-list/wanted.ts";
import { writtenFile } from "../compare/price-list/written.ts";
import { homeDirectory, ownEnvironment } from "../home.ts";
import { REGIONS } from "../networks/aws-vpc/regions.ts";
import { writeWhole } from "../whole-file.ts";
import { Failure } from "./failure.ts";
import { isoToday } from "../compare/catalogue/today.ts";
import { refuseUnknown } from "./prices-options.ts";
import { agedEntries, listText } from "./prices-text.ts";
import { byHandText, differencesText } from "./prices-update-text.ts";
import { reportFor, type Report } from "./report.ts";

export interface UpdateOptions {
  readonly from?: string;
  readonly region?: readonly string[];
  readonly service?: readonly string[];
  readonly write?: boolean;
  readonly folder?: string;
  readonly json?: boolean;
}

/** The one provider that has a list which a program reads. */
const LISTED = "aws";

/** @throws OptionRefused, InvalidFile, and Failure when not all of the list could be read */
export async function updatePrices(provider: string, options: UpdateOptions): Promise<void> {
  const report = reportFor(options);
  const folder = resolve(options.folder ?? CATALOGUE_FOLDER);
  const files = await catalogueFiles(folder);
  const catalogue = catalogueOf(files);
  refuseUnknown("<provider>", provider, Object.keys(catalogue.providers));
  if (provider === LISTED) return await updateFromList(catalogue, { folder, files, report, options });
  const day = isoToday();
  const entries = agedEntries(
    catalogue.entries.filter((entry) => entry.provider === provider && isInForce(entry, day)),
    catalogue,
    day,
  );
  report.result(
    { kind: "result", provider, hasList: false, look: catalogue.providers[provider]?.look ?? null, entries },
    `${provider} has no list of prices that a program reads: look yourself, and write what you saw (docs/catalogue.md).\n\n` +
      listText(entries, catalogue.providers, day),
  );
}

interface Update {
  readonly folder: string;
  readonly files: Awaited<ReturnType<typeof catalogueFiles>>;
  readonly report: Report;
  readonly options: UpdateOptions;
}

async function updateFromList(catalogue: Catalogue, update: Update): Promise<void> {
  const { report, options } = update;
  const regions = options.region ?? REGIONS;
  for (const region of regions) refuseUnknown("--region", region, REGIONS);
  const services = servicesOf(options.service);
  const from = options.from ?? (ownEnvironment()["OXY_AWS_PRICE_LIST_URL"] || PRICE_LIST);
  const day = isoToday();
  const { prices, failures } = await readPriceList({
    from,
    services,
    regions,
    home: homeDirectory(),
    progress: (line) => report.say(line),
  });
  const differences = differencesOf(prices, catalogue, day);
  const written = options.write === true ? await write(update, differences, { day, from }) : undefined;
  const byHand = byHandOf(catalogue, day);
  report.result(
    {
      kind: "result",
      provider: LISTED,
      from,
      differences,
      failures,
      written: written ?? null,
      unread: SERVICES.filter((service) => !services.includes(service)),
      byHand,
    },
    [
      differencesText(differences, written),
      ...(options.service === undefined
        ? [
            "AmazonEC2, which has the prices of NAT gateways, is hundreds of MB a region: --service AmazonEC2 reads it.",
          ]
        : []),
      byHandText(byHand, catalogue.providers[LISTED]?.look),
    ].join("\n\n"),
  );
  if (failures.length > 0)
    throw new Failure(
      `not all of the list could be read:\n${failures.map((line) => `  ${line}`).join("\n")}`,
    );
}

function servicesOf(given: readonly string[] | undefined): readonly Service[] {
  if (given === undefined) return SERVICES.filter((service) => !HUGE.has(service));
  for (const service of given) refuseUnknown("--service", service, SERVICES);
  return SERVICES.filter((service) => given.includes(service));
}

/** @returns the file's path, or undefined where nothing is to be written */
async function write(
  { folder, files }: Update,
  differences: readonly Difference[],
  parts: { readonly day: string; readonly from: string },
): Promise<string | undefined> {
  const name = differences.find((each) => each.kind !== "unknown")?.before.file;
  const file = files.find((each) => each.name === name);
  if (file === undefined) return undefined;
  const text = writtenFile(file.text, differences, parts);
  if (text === file.text) return undefined;
  // What cannot be read again is not written.
  catalogueOf(files.map((each) => (each === file ? { ...file, text } : each)));
  const path = join(folder, file.name);
  await writeWhole(path, text);
  return path;
}

/** What of it no list has. */
function byHandOf(catalogue: Catalogue, day: string) {
  const listed = new Set(WANTED.map(({ item }) => item));
  return agedEntries(
    catalogue.entries.filter(
      (entry) =>
        entry.provider === LISTED &&
        isInForce(entry, day) &&
        !listed.has(entry.id.split(REGION_SIGN)[0] ?? entry.id),
    ),
    catalogue,
    day,
  );
}
