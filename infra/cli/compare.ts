import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { isoToday } from "../compare/catalogue/today.ts";
import { parseDay } from "../compare/asked/day.ts";
import { parseExchange, type AskedExchange } from "../compare/asked/exchange.ts";
import { parseSituation } from "../compare/asked/situation.ts";
import { parseUsage, type AskedUsage } from "../compare/asked/usage.ts";
import { parseQuantity } from "../compare/asked/quantity.ts";
import { parseProjection } from "../compare/asked/projection.ts";
import { isSamePlace } from "../compare/capacity/places.ts";
import { loadCatalogue, type Catalogue } from "../compare/catalogue/catalogue.ts";
import { compare, type AnalysisInputs, type Comparison, type ReviewInputs } from "../compare/comparison.ts";
import { EQUAL_WEIGHTS, parseWeights, WeightsRefused } from "../compare/decision/weights.ts";
import { UNKNOWN_SITUATION } from "../compare/decision/situation.ts";
import { OptionRefused } from "../compare/option-refused.ts";
import type { Language } from "../compare/report/words.ts";
import { readUsage } from "../compare/usage-file.ts";
import { UNKNOWN_USAGE, type Usage } from "../compare/usage.ts";
import { projectDirectory } from "../home.ts";
import { InvalidFile } from "../yaml-file.ts";
import { readInvoices } from "../compare/review/invoice-file.ts";
import { analysedPlans, askedTargets, currentOf } from "./compare-targets.ts";
import { EXIT, Failure } from "./failure.ts";
import { openProject, type Project } from "./project.ts";

interface CompareOptions extends Omit<AskedUsage, "cachedShare">, AskedExchange {
  readonly cached?: string;
  readonly stack: readonly string[];
  readonly example?: readonly string[];
  readonly targets?: string;
  readonly store?: string;
  readonly asOf?: string;
  readonly usage?: string;
  readonly current?: string;
  readonly weights?: string;
  readonly situation?: string;
  readonly explain?: boolean;
  readonly review?: string;
  readonly invoices?: string;
  readonly seed?: string;
  readonly details?: boolean;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly html?: string | true;
  readonly lang: Language;
  readonly cwd?: string;
}

const PAGE = "comparison.html";
const LIST = ",";
const MOST_SEED = 2 ** 31;

export function compareCommand(): Command {
  return new Command("compare")
    .description(
      "What each target costs a month and how it behaves, from dated prices: no account is needed.",
    )
    .option("-s, --stack <name>", "a stack of this project; more than once for several", collected, [])
    .option(
      "--example <name>",
      "one of stacks/examples; more than once for several (default: all)",
      collected,
    )
    .option("--targets <list>", "host[:region[:size]][:field=value…][+store…], with commas between them")
    .option("--store <store>", "store of those --targets that name none, such as upstash:payg")
    .option("--current <name>", "the target where one is (default: the first)")
    .option("--as-of <day>", "by the prices of a day or month, such as 2025-01 (default: today)")
    .option("--messages <number>", "that customers send in a month, such as 500k or 100k-500k")
    .option("--sessions <number>", "WhatsApp numbers that are connected")
    .option("--model <name>", "the AI model that answers")
    .option("--input-tokens <number>", "of a message, history and instructions included (default: 1,000)")
    .option("--output-tokens <number>", "of an answer (default: 200)")
    .option("--cached <percent>", "of the input tokens, read from the provider's cache (default: 0)")
    .option("--hourly-rate <usd>", "what an hour of whoever looks after it costs")
    .option(
      "--profile <name>",
      "economy, standard or fast-failover: idle commands against seconds to recover",
    )
    .option("--usage <file>", "a usage file, such as oxy usage writes; flags are over it")
    .option("--situation <list>", "what triggers are evaluated from: clients=40,revenue=8k,devops=no")
    .option("--weights <list>", "of the matrix: cost=3,latency=0")
    .option("--currency <currency>", "USD or BRL (default: USD)")
    .option("--rate <number>", "what a dollar costs in BRL")
    .option("--rate-date <day>", "the day of that rate")
    .option(
      "--tax <name=percent>",
      "added when it is paid, such as iof=3.5; more than once for several",
      collected,
    )
    .option("--explain", "the 2025 analysis claim by claim: then, now, verdict, source")
    .option(
      "--review <file>",
      "what was expected (compare --json), beside --usage as measured and --invoices",
    )
    .option("--invoices <file>", "what providers billed, for --review (docs/compare.md)")
    .option("--seed <number>", "of the simulated day (default: 1)")
    .option("--details", "each line of each bill, the whole matrix, and what is old")
    .option("--markdown", "print it as Markdown, with details")
    .option("--html [file]", `write one page with charts, with details (default: ${PAGE})`)
    .addOption(new Option("--lang <language>", "of the report").choices(["en", "pt-BR"]).default("en"))
    .option("-C, --cwd <folder>", "the folder of Pulumi.yaml (default: this project's)")
    .option("--json", "print it as a line of JSON (docs/compare.md)")
    .addHelpText(
      "after",
      `
What is not given is unknown, never 0. Prices are in infra/compare/catalogue, each with its source and date.

Examples:
  $ npx oxy compare --messages 500k --model gpt-4o-mini
  $ npx oxy compare --targets fly:gru:shared-1x-512mb,fly:gru:shared-1x-1gb
  $ npx oxy compare -s production --targets render+upstash:payg --messages 100k-500k
  $ npx oxy compare --messages 500k --currency BRL --rate 5.40 --rate-date 2026-11-20 --tax iof=3.5 --lang pt-BR --html`,
    )
    .action(runCompare);
}

async function runCompare(options: CompareOptions): Promise<void> {
  try {
    await compareAndTell(options);
  } catch (error) {
    if (error instanceof OptionRefused || error instanceof WeightsRefused || error instanceof InvalidFile)
      throw new Failure(error.message, EXIT.configuration);
    throw error;
  }
}

async function compareAndTell(options: CompareOptions): Promise<void> {
  const [{ comparison, catalogue }, { documentOf }] = await Promise.all([
    compared(options),
    import("../compare/report/document-of.ts"),
  ]);
  if (options.json === true) return print(JSON.stringify({ kind: "result", ...comparison }));
  const document = documentOf(comparison, catalogue, options.lang);
  if (options.markdown === true) {
    const { markdownOf } = await import("../compare/report/markdown.ts");
    return print(markdownOf(document));
  }
  if (options.html !== undefined) {
    const { htmlOf } = await import("../compare/report/html/html-of.ts");
    const path = resolve(options.html === true ? PAGE : options.html);
    await writeFile(path, htmlOf(document, comparison.exchange));
    return print(path);
  }
  const { terminalTextOf } = await import("../compare/report/text.ts");
  print(terminalTextOf(document, { details: options.details === true }));
}

async function compared(
  options: CompareOptions,
): Promise<{ readonly comparison: Comparison; readonly catalogue: Catalogue }> {
  const today = isoToday();
  const day = options.asOf === undefined ? today : parseDay("--as-of", options.asOf, today);
  const exchange = parseExchange(options, today);
  const weights = options.weights === undefined ? EQUAL_WEIGHTS : parseWeights(options.weights);
  const situation = options.situation === undefined ? UNKNOWN_SITUATION : parseSituation(options.situation);
  const [usage, catalogue, project] = await Promise.all([
    usageIn(options.usage).then((file) => parseUsage(file, { ...options, cachedShare: options.cached })),
    loadCatalogue(),
    openProject(resolve(options.cwd ?? projectDirectory)),
  ]);
  const asked = {
    stacks: options.stack,
    examples: options.example,
    specs: options.targets?.split(LIST).map((text) => text.trim()) ?? [],
    store: options.store,
  };
  const targets = await askedTargets(asked, project, isSamePlace);
  const current = options.current ?? (await currentOf(targets, project));
  const [analysis, review] = await Promise.all([
    analysisIn(options, project),
    reviewIn(options, current ?? targets[0]?.name ?? ""),
  ]);
  const seed = options.seed === undefined ? undefined : parseQuantity("--seed", options.seed, MOST_SEED).low;
  const request = {
    targets,
    catalogue,
    day,
    today,
    usage,
    weights,
    situation,
    current,
    exchange,
    seed,
    analysis,
    review,
  };
  return { comparison: compare(request), catalogue };
}

/** The analysis is told beside what is asked for of its own month, or claim by claim. */
async function analysisIn(
  { asOf, explain = false }: CompareOptions,
  project: Project,
): Promise<AnalysisInputs | undefined> {
  if (!explain && asOf === undefined) return undefined;
  return { plans: await analysedPlans(project), isExplained: explain };
}

async function reviewIn(
  { review: path, invoices, usage }: CompareOptions,
  target: string,
): Promise<ReviewInputs | undefined> {
  if (path === undefined) {
    if (invoices === undefined) return undefined;
    throw new OptionRefused("--invoices: expected --review with what was expected beside it, got none");
  }
  return {
    projected: parseProjection(path, await readFile(path, "utf8"), target),
    isMeasured: usage !== undefined,
    ...(invoices === undefined ? {} : { invoices: readInvoices(invoices, await readFile(invoices, "utf8")) }),
  };
}

async function usageIn(path: string | undefined): Promise<Usage> {
  return path === undefined ? UNKNOWN_USAGE : readUsage(path, await readFile(path, "utf8"));
}

function collected(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
