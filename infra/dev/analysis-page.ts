import { examplePlan } from "../cli/example-plan.ts";
import { explain } from "../compare/analysis/explain.ts";
import { analysisPage } from "../compare/analysis/page.ts";
import { EXAMPLES_EXPLAINED } from "../compare/analysis/totals.ts";
import { loadCatalogue } from "../compare/catalogue/catalogue.ts";
import { known } from "../compare/estimate.ts";
import { UNKNOWN_USAGE } from "../compare/usage.ts";
import { PROJECT } from "./stack-config-schema.ts";

/** The page is of one day: on another one it would say something else without anybody having changed anything. */
const DAY = "2026-11-25";
const MESSAGES = 100_000;
const SESSIONS = 10;

/** `docs/analysis-2025-revisited.md`. Run directly, this module prints it. */
export async function analysisPageOfToday(): Promise<string> {
  const [catalogue, ...plans] = await Promise.all([
    loadCatalogue(),
    ...EXAMPLES_EXPLAINED.map(
      async (name) => [name, (await examplePlan(name, { project: PROJECT })).plan] as const,
    ),
  ]);
  const usage = { ...UNKNOWN_USAGE, messages: known(MESSAGES), sessions: known(SESSIONS) };
  return analysisPage(explain({ catalogue, day: DAY, plans: Object.fromEntries(plans), usage }), {
    usage:
      `The analysis names no volume of messages; examples are priced at ${MESSAGES.toLocaleString("en")} a month and ` +
      `${SESSIONS} WhatsApp numbers.`,
    command: "node infra/dev/analysis-page.ts > docs/analysis-2025-revisited.md",
  });
}

if (import.meta.main) process.stdout.write(await analysisPageOfToday());
