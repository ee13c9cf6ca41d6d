import { known, sum, type Estimate } from "../estimate.ts";

/** A total of the 2025 analysis with its own lines. */
export interface SaidTotal {
  readonly title: string;
  /** As it is printed there. */
  readonly printed: string;
  readonly lines: readonly SaidLine[];
  /** Why what is priced beside it is another thing, where it is. */
  readonly differs?: string;
}

/** USD a month. */
export interface SaidLine {
  readonly what: string;
  readonly usd: Estimate;
}

/** The analysis's own inputs, by the example of this repository that is nearest to each. */
export const ANALYSIS_TOTALS = {
  "render-current": {
    title: "Render (Atual)",
    printed: "$24",
    lines: [
      line("Web Service (API)", 7),
      line("Worker Service", 7),
      line("Upstash Redis (Starter), 200MB, 100 req/s", 10),
    ],
  },
  railway: {
    title: "Railway",
    printed: "$15-20",
    lines: [line("Worker Service (manual)", 5, 10), line("Upstash Redis (Starter)", 10)],
    differs:
      "it has the worker alone, and a Redis elsewhere; priced beside it is one service that does everything, with a Redis in its project",
  },
  "fly-gru": {
    title: "Fly.io",
    printed: "~$12",
    lines: [
      line("Compute (shared-cpu-1x, 256MB)", 1.94),
      line("Persistent Volume (1GB)", 0.15),
      line("Upstash Redis Starter", 10),
      line("Outbound Traffic (~5GB)", 0.1),
    ],
    differs:
      "it has one machine of 256 MB at Virginia's prices and no API; priced beside it are two of 512 MB in São Paulo",
  },
  "aws-minimal": {
    title: "AWS ECS Fargate",
    printed: "~$32",
    lines: [
      line("ECS Fargate (0.25 vCPU, 0.5GB)", 10),
      line("ElastiCache Redis (t4g.micro)", 12),
      line("CloudWatch Logs", 5),
      line("Data Transfer", 5),
    ],
    differs:
      "it has no way to the internet, no secrets and no alarms, and $10 for logs and transfer that this use does not need",
  },
  "render-payg": {
    title: "Render + Upstash (Otimizado)",
    printed: "$14.10",
    lines: [
      line("Render Web Service", 7),
      line("Render Worker Service", 7),
      line("Upstash Redis (PAYG), ~50K commands", 0.1),
    ],
  },
  "aws-recommended": {
    title: "AWS ECS Fargate, Configuração Recomendada",
    printed: "$310+",
    lines: [line("ECS Fargate (4 vCPU, 16GB)", 160), line("ElastiCache Redis (r6g.large)", 150)],
    differs:
      "it has one task and one node, both large; priced beside it are two small tasks and a small node with a copy, over two zones and behind a load balancer",
  },
} as const satisfies Readonly<Record<string, SaidTotal>>;

export type SaidTotalId = keyof typeof ANALYSIS_TOTALS;

/** What its lines come to, whatever is printed below them. */
export function sumOf({ lines }: SaidTotal): Estimate {
  return sum(lines.map(({ usd }) => usd));
}

function line(what: string, low: number, high: number = low): SaidLine {
  return { what, usd: known(low, high) };
}
