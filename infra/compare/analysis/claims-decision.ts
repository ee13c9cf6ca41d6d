import { aiCost } from "../cost/ai-cost.ts";
import { known, mapped, sum, type Estimate } from "../estimate.ts";
import { USUAL_TOKENS } from "../usage.ts";
import type { Claim } from "./claim.ts";
import type { Evidence } from "./evidence.ts";
import { figure, usd } from "./words.ts";

/** As the analysis has them: how many turns at once, and how long each takes, in s. */
const CONCURRENCY = 5;
const AI_SECONDS = { low: 2, high: 5 };
const LIMIT_PER_SECOND = 10;

const SLAS = [
  "render/sla/services",
  "railway/sla/services",
  "fly/sla/machines",
  "aws/sla/fargate-multi-az",
] as const;

export const decisionClaims: readonly Claim[] = [
  {
    id: "throughput",
    topic: "decision",
    quote: "Concurrency: 5; Rate Limit: 10 msgs/segundo; AI 2-5 segundos por mensagem",
    judge: () => {
      const rate = known(CONCURRENCY / AI_SECONDS.high, CONCURRENCY / AI_SECONDS.low);
      const needed = known(LIMIT_PER_SECOND * AI_SECONDS.low, LIMIT_PER_SECOND * AI_SECONDS.high);
      return {
        verdict: "wrong",
        now:
          `By Little's law ${CONCURRENCY} at once, each ${AI_SECONDS.low} to ${AI_SECONDS.high} s, are ` +
          `${figure(rate, "messages", 1)} a second: the limit of ${LIMIT_PER_SECOND} is never reached. It takes ` +
          `${figure(needed, "turns")} at once.`,
        read: ["the 2025 analysis itself, and Little's law"],
      };
    },
  },
  {
    id: "slas",
    topic: "decision",
    quote: "Reliability: Render 99.9%, Railway 99.5%, Fly.io 99.95%, AWS 99.99%",
    judge: (evidence) => ({
      verdict: "unsupported",
      now: `What is published: ${SLAS.map((id) => slaText(id, evidence)).join("; ")}.`,
    }),
  },
  {
    id: "promised",
    topic: "decision",
    quote: "Reliability: 99.9% uptime necessário (SLA cliente)",
    judge: (evidence) => ({
      verdict: "unsupported",
      now:
        "What it recommends, Render and Upstash, has no SLA on these plans, so nothing stands behind what customers " +
        `were promised; Upstash has one with its Prod Pack alone (${usd(evidence.price("upstash/prod-pack"))} a month).`,
    }),
  },
  {
    id: "upkeep",
    topic: "decision",
    quote: "Manutenção: 10-20 horas/mês monitoramento/ajustes",
    judge: (evidence) => {
      const hours = evidence.fact("people/upkeep/ecs-fargate");
      const bill = evidence.bill("aws-minimal").baseline;
      const { hourlyRate } = evidence.usage;
      const isKnown = hours.kind === "known" && hours.low > 0 && bill.kind === "known";
      return {
        verdict: "left out",
        now:
          (isKnown
            ? `From ${usd(mapped(bill, (value) => value / hours.low))} an hour on, the hours alone cost more than the whole bill of example aws-minimal`
            : "The hours are in none of its totals") +
          (hourlyRate !== undefined && hours.kind === "known"
            ? `; at ${usd({ kind: "known", ...hourlyRate })} they are ${usd(known(hours.low * hourlyRate.low, hours.high * hourlyRate.high))} a month.`
            : ". What an hour costs is an input: hourly_rate of a usage file."),
      };
    },
  },
  {
    id: "currency",
    topic: "decision",
    quote: "R$/US$: custos em USD apenas",
    judge: () => ({
      verdict: "left out",
      now: "Whoever pays in reais pays the rate of the day and IOF on top: both are inputs of oxy compare --currency BRL.",
      read: ["the 2025 analysis itself"],
    }),
  },
  {
    id: "ai-cost",
    topic: "decision",
    quote: "AI Latency: OpenAI GPT-4 calls (custo: não mencionado)",
    judge: (evidence) => {
      const message = aiCost(
        { ...evidence.usage, messages: { low: 1, high: 1 }, ai: { model: "gpt-4", ...USUAL_TOKENS } },
        evidence.day,
      ).total;
      const hosting = evidence.bill("render-current").baseline;
      const isKnown = message.kind === "known" && message.low > 0;
      return {
        verdict: "left out",
        now: isKnown
          ? `A message of ${USUAL_TOKENS.inputTokens.low.toLocaleString("en")} tokens read and ${USUAL_TOKENS.outputTokens.low} written costs ` +
            `${message.low.toFixed(4)} USD with gpt-4: from ${figure(
              mapped(hosting, (value) => Math.ceil(value / message.low)),
              "messages",
            )} a month on the AI costs more than all of Render. The model decides the bill, not the host.`
          : "What the model costs is not known.",
        read: ["@pydantic/genai-prices, its bundled prices"],
      };
    },
  },
];

function slaText(id: string, evidence: Evidence): string {
  const percent: Estimate = sum([evidence.fact(id)]);
  const condition = evidence.condition(id);
  const [provider = id] = id.split("/");
  const value = percent.kind === "unknown" ? "none found" : figure(percent, "%", 2);
  return `${provider} ${value}${condition === undefined ? "" : ` (${condition})`}`;
}
