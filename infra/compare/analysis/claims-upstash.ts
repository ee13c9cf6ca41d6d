import { MONTH_HOURS } from "../../cost-item.ts";
import { product, known, sum, type Estimate } from "../estimate.ts";
import type { Claim } from "./claim.ts";
import { THEN, type Evidence } from "./evidence.ts";
import { verdictOf } from "./verdict.ts";
import { figure, usd } from "./words.ts";

const MONTH_MINUTES = MONTH_HOURS * 60;
const PRICED_AT_ONCE = 100_000;
const SAID_COMMANDS = 50_000;
const SAID_SAVING = 9.9;

const BILLING = "upstash/docs @ef0ce43, redis/overall/pricing, 2026-08-21";
const BULLMQ = "upstash/docs @ef0ce43, redis/integrations/bullmq, 2026-08-21";

/** What three workers of stock BullMQ send in a month without a single job; with what their scripts call, at the most. */
function idleCommands(evidence: Evidence): { readonly client: Estimate; readonly all: Estimate } {
  const client = evidence.fact("bullmq/idle/commands-minute/client");
  const inside = evidence.fact("bullmq/idle/commands-minute/inside");
  const monthly = (minute: Estimate): Estimate => product(minute, known(MONTH_MINUTES));
  return { client: monthly(client), all: monthly(sum([client, inside])) };
}

function paid(commands: Estimate, evidence: Evidence): Estimate {
  return product(product(commands, known(1 / PRICED_AT_ONCE)), evidence.price("upstash/payg/commands"));
}

export const upstashClaims: readonly Claim[] = [
  {
    id: "upstash-starter",
    topic: "upstash",
    quote: "Upstash Redis (Starter): $10/mês (200MB, 100 req/s)",
    judge: (evidence) => ({
      verdict: "wrong",
      now:
        `The wrong product: that plan was found on Fly's page alone, which had it until 2026-02. Upstash itself has fixed ` +
        `plans since 2025-02-17, 250 MB for ${usd(evidence.price("upstash/fixed/250mb"))} without a count of commands.`,
      read: ["superfly/docs, reference/redis, until 2026-02-18", BILLING],
    }),
  },
  {
    id: "upstash-50k",
    topic: "upstash",
    quote: "Para volume atual (~50K commands/mês) = $0.10/mês",
    judge: (evidence) => {
      const { client, all } = idleCommands(evidence);
      const times = (of: Estimate): Estimate => product(of, known(1 / SAID_COMMANDS));
      return {
        verdict: verdictOf(SAID_COMMANDS, client, client),
        now:
          `Three idle workers of BullMQ send ${figure(client, "commands")} a month without one job, ` +
          `${figure(times(client), "times")} as many: ${usd(paid(client, evidence))}. With those inside scripts it is ` +
          `${figure(all, "commands")}: ${usd(paid(all, evidence))}. Which of the two Upstash bills is not settled.`,
        read: [BULLMQ],
      };
    },
  },
  {
    id: "upstash-saving",
    topic: "upstash",
    quote: "$24/mês → $14.10/mês (economia de $120/ano), -41%",
    judge: (evidence) => {
      const fixed = evidence.price("upstash/fixed/250mb");
      const { client, all } = idleCommands(evidence);
      const [low, high] = [paid(client, evidence), paid(all, evidence)];
      const isKnown = fixed.kind === "known" && low.kind === "known" && high.kind === "known";
      return {
        verdict: isKnown ? verdictOf(SAID_SAVING, low, known(Math.max(0, fixed.high - low.low))) : "unknown",
        now: isKnown
          ? `Of ${usd(fixed)} it saves ${usd(known(Math.max(0, fixed.low - low.low)))} a month at the best, or it costs ` +
            `${usd(known(Math.max(0, high.high - fixed.low)))} more; each message comes on top. Upstash's own page for BullMQ ` +
            `recommends the fixed plan.`
          : "What either plan costs is not known.",
        read: [BULLMQ],
      };
    },
  },
  {
    id: "upstash-payg-price",
    topic: "upstash",
    quote: "Pay-as-you-go ($0.2/100K commands)",
    judge: (evidence) => {
      const now = evidence.price("upstash/payg/commands");
      return {
        verdict: verdictOf(0.2, evidence.price("upstash/payg/commands", THEN), now),
        now: `${usd(now)} per 100,000 commands.`,
      };
    },
  },
  {
    id: "upstash-no-risk",
    topic: "upstash",
    quote: "Zero Downtime: Sem risco de quebrar produção",
    judge: () => ({
      verdict: "wrong",
      now: "A budget that is spent slows the database down until the month ends, and without a budget the bill has no end.",
      read: [BILLING],
    }),
  },
];
