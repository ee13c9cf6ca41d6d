import { MONTH_HOURS } from "../../cost-item.ts";
import { known, mapped, product, sum, type Estimate } from "../estimate.ts";
import type { Claim } from "./claim.ts";
import { THEN, type Evidence } from "./evidence.ts";
import { ANALYSIS_TOTALS, sumOf } from "./totals-said.ts";
import { verdictOf } from "./verdict.ts";
import { figure, monthly, usd } from "./words.ts";

const US = "us-east-1";
const BRAZIL = "sa-east-1";
const PER_GB_FREE = 5;

/** Fargate on x86, all month. */
function task(evidence: Evidence, vcpu: number, gb: number, region: string, day?: string): Estimate {
  const hour = (unit: string) => evidence.price(`aws/fargate/x86/${unit}@${region}`, day);
  const cost = sum([product(hour("vcpu-hour"), known(vcpu)), product(hour("gb-hour"), known(gb))]);
  return monthly(cost, MONTH_HOURS);
}

function node(evidence: Evidence, engine: "redis" | "valkey", type: string, day?: string): Estimate {
  return monthly(evidence.price(`aws/elasticache/${engine}/${type}@${US}`, day), MONTH_HOURS);
}

function taskClaim(id: string, quote: string, said: number, vcpu: number, gb: number): Claim {
  return {
    id,
    topic: "aws",
    quote,
    judge: (evidence) => {
      const now = task(evidence, vcpu, gb, US);
      return {
        verdict: verdictOf(said, task(evidence, vcpu, gb, US, THEN), now),
        now: `${usd(now)} in Virginia, ${usd(task(evidence, vcpu, gb, BRAZIL))} in São Paulo.`,
      };
    },
  };
}

function nodeClaim(id: string, quote: string, said: number, type: string): Claim {
  return {
    id,
    topic: "aws",
    quote,
    judge: (evidence) => {
      const now = node(evidence, "redis", type);
      return {
        verdict: verdictOf(said, node(evidence, "redis", type, THEN), now),
        now: `${usd(now)} with Redis OSS, ${usd(node(evidence, "valkey", type))} with Valkey, which does the same.`,
      };
    },
  };
}

export const awsClaims: readonly Claim[] = [
  taskClaim("aws-small-task", "ECS Fargate (0.25 vCPU, 0.5GB): $10/mês", 10, 0.25, 0.5),
  nodeClaim("aws-small-node", "ElastiCache Redis (t4g.micro): $12/mês", 12, "cache.t4g.micro"),
  {
    id: "aws-logs-and-transfer",
    topic: "aws",
    quote: "CloudWatch Logs: $5/mês; Data Transfer: $5/mês",
    judge: (evidence) => {
      const ingest = evidence.price(`aws/logs/ingest-gb@${US}`);
      const out = evidence.price(`aws/egress-gb@${US}`);
      return {
        verdict: "not like for like",
        now:
          `At ${usd(ingest)} per GB of logs and ${usd(out)} per GB sent, $5 are ${figure(perPrice(5, ingest), "GB")} and ` +
          `${figure(perPrice(5, out), "GB")}, where it counts ${PER_GB_FREE} GB for Fly; ` +
          `${figure(evidence.fact("aws/egress/included-gb"), "GB")} a month are free.`,
      };
    },
  },
  {
    id: "aws-minimum",
    topic: "aws",
    quote: "TOTAL: ~$32/mês (configuração mínima)",
    judge: (evidence) => {
      const month = (id: string): string => usd(monthly(evidence.price(`aws/${id}@${US}`), MONTH_HOURS));
      return {
        verdict: "not like for like",
        now:
          `One task, where Render's total has two services. It counts $10 of logs and transfer that so little does not ` +
          `need, and no way to the internet: a public address is ${month("public-ipv4/hour")} for each task, NAT ` +
          `${month("nat/hour")}. Secrets and alarms are left out, and the load balancer of an API ` +
          `(${month("alb/hour")} and its addresses). One task that does everything, example aws-minimal: ` +
          `${usd(evidence.bill("aws-minimal").baseline)} and what is used.`,
      };
    },
  },
  taskClaim("aws-large-task", "ECS Fargate (4 vCPU, 16GB): $160/mês", 160, 4, 16),
  nodeClaim("aws-large-node", "ElastiCache Redis (r6g.large): $150/mês", 150, "cache.r6g.large"),
  {
    id: "aws-contradiction",
    topic: "aws",
    quote: "CUSTO ALTO: $160+/mês baseline",
    judge: () => ({
      verdict: "wrong",
      now: `The same page has ${usd(sumOf(ANALYSIS_TOTALS["aws-minimal"]))} as its minimum, and this is one line of its ${usd(sumOf(ANALYSIS_TOTALS["aws-recommended"]))}. One process of Node computes on one vCPU: four of them in one task are idle.`,
      read: ["the 2025 analysis itself"],
    }),
  },
  {
    id: "aws-spot",
    topic: "aws",
    quote: "Fargate Spot: Até 70% desconto",
    judge: (evidence) => {
      const saved = [US, BRAZIL].map((region) =>
        discount(
          evidence.price(`aws/fargate-spot/x86/vcpu-hour@${region}`),
          evidence.price(`aws/fargate/x86/vcpu-hour@${region}`),
        ),
      );
      return {
        // "Até": the region that saves most is enough.
        verdict: saved.some((now) => verdictOf(70, now, now) === "stands") ? "stands" : "wrong",
        now: `${saved.map((each, index) => `${figure(each, "%")} in ${index === 0 ? "Virginia" : "São Paulo"}`).join(", ")}; with two minutes' notice, and at times there is none to be had.`,
      };
    },
  },
  {
    id: "aws-savings-plans",
    topic: "aws",
    quote: "Savings Plans: 50% desconto com commit 1-3 anos",
    judge: (evidence) => {
      const off = (years: string): string =>
        figure(discount(evidence.fact(`aws/savings-plan/compute/${years}`), known(1)), "%");
      return {
        verdict: "unsupported",
        now: `Nobody gave a source, and none was found for this size: about ${off("1y")} for one year and ${off("3y")} for three, paid ahead.`,
      };
    },
  },
  {
    id: "aws-latency",
    topic: "aws",
    quote: "Latency Brasil: 100ms (AWS ECS)",
    judge: (evidence) => {
      const virginia = evidence.fact("rtt/sao-paulo/virginia");
      const here = evidence.fact("rtt/sao-paulo/sao-paulo");
      return {
        verdict: verdictOf(100, evidence.fact("rtt/sao-paulo/virginia", THEN), virginia),
        now: `No region of its own has it: Virginia, whose prices it uses, is ${figure(virginia, "ms")} from São Paulo, and São Paulo itself ${figure(here, "ms")}.`,
      };
    },
  },
];

function perPrice(dollars: number, price: Estimate): Estimate {
  if (price.kind === "unknown" || price.low === 0) return { kind: "unknown", atLeast: 0, because: ["price"] };
  return known(dollars / price.high, dollars / price.low);
}

/** In percent. */
function discount(reduced: Estimate, full: Estimate): Estimate {
  if (reduced.kind === "unknown" || full.kind === "unknown")
    return { kind: "unknown", atLeast: 0, because: ["price"] };
  return mapped(
    known(Math.max(0, 1 - reduced.high / full.low), Math.max(0, 1 - reduced.low / full.high)),
    (share) => share * 100,
  );
}
