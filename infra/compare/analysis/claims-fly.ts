import { known, product } from "../estimate.ts";
import type { Claim } from "./claim.ts";
import { THEN } from "./evidence.ts";
import { verdictOf } from "./verdict.ts";
import { figure, usd } from "./words.ts";

const TASKS = "superfly/docs @5c22c8c, blueprints/long-running-tasks, 2026-06-16";
const SAID_GB = 5;

export const flyClaims: readonly Claim[] = [
  {
    id: "fly-gru-price",
    topic: "fly",
    quote: "Compute (shared-cpu-1x, 256MB): $1.94/mês, São Paulo",
    judge: (evidence) => {
      const at = (size: string, day?: string) =>
        product(evidence.price(`fly/machine/${size}`, day), evidence.fact("fly/region/gru", day));
      const now = at("shared-1x-256mb");
      return {
        verdict: verdictOf(1.94, at("shared-1x-256mb", THEN), now),
        now:
          `The price of Virginia. In São Paulo it is ${usd(now)}, and 256 MB are too little for this worker: 512 MB are ` +
          `${usd(at("shared-1x-512mb"))}, 1 GB ${usd(at("shared-1x-1gb"))}.`,
      };
    },
  },
  {
    id: "fly-volume",
    topic: "fly",
    quote: "Persistent Volume (1GB): $0.15/mês",
    judge: (evidence) => {
      const now = evidence.price("fly/volume");
      return {
        verdict: verdictOf(0.15, evidence.price("fly/volume", THEN), now),
        now: `${usd(now)} per GB a month. Snapshots, which are on unless turned off, are billed since 2026: ${usd(evidence.price("fly/snapshot"))} per GB beyond the first ${figure(evidence.fact("fly/snapshot/included-gb"), "GB")}.`,
      };
    },
  },
  {
    id: "fly-egress",
    topic: "fly",
    quote: "Outbound Traffic (~5GB): $0.10/mês",
    judge: (evidence) => {
      const of = (day?: string) => product(evidence.price("fly/egress/sa-apac", day), known(SAID_GB));
      return {
        verdict: verdictOf(0.1, of(THEN), of()),
        now: `The price of North America. From São Paulo 5 GB are ${usd(of())}.`,
      };
    },
  },
  {
    id: "fly-total",
    topic: "fly",
    quote: "Custo: $24/mês → $12/mês (50% cheaper)",
    judge: (evidence) => ({
      verdict: "not like for like",
      now:
        `One machine, where Render's $24 are two services. Two machines of 512 MB in São Paulo and a fixed Upstash: ` +
        `${usd(evidence.bill("fly-gru").baseline)} and what they send, beside ${usd(evidence.bill("render-current").baseline)}.`,
    }),
  },
  {
    id: "fly-scale-to-zero",
    topic: "fly",
    quote: "Auto-scaling: Scale to zero; De 0 a N instances automaticamente",
    judge: () => ({
      verdict: "wrong",
      now: "Its proxy starts machines by requests, and a worker gets none: at least one runs always. Its autoscaler by metrics is a machine of its own that never stops. Who sleeps holds no WhatsApp session.",
      read: [TASKS, "superfly/fly-autoscaler, README, 2026"],
    }),
  },
  {
    id: "fly-uptime",
    topic: "fly",
    quote: "Uptime: 99.9% → 99.95% (global edge)",
    judge: (evidence) => {
      const now = evidence.fact("fly/sla/machines");
      const condition = evidence.condition("fly/sla/machines");
      return {
        verdict: "unsupported",
        now: `Nobody published that. Its SLA is ${figure(now, "%", 2)}${condition === undefined ? "" : `, ${condition}`}.`,
      };
    },
  },
  {
    id: "fly-canary",
    topic: "fly",
    quote: "Migração gradual: 10% / 50% / 100% tráfego → Fly.io",
    judge: () => ({
      verdict: "wrong",
      now: "No proxy divides the work of queue workers, and a WhatsApp session lives in one process alone. What can be divided is who owns which shards of the organizations: that is what shares of a fleet are.",
      read: ["docs/decisions/0006-how-a-switch-goes.md"],
    }),
  },
  {
    id: "fly-bullmq-guide",
    topic: "fly",
    quote: "BullMQ on Fly.io Guide (fly.io/docs/app-guides/bullmq)",
    judge: () => ({
      verdict: "wrong",
      now: "There is no such page, and there never was one under that path.",
      read: ["superfly/docs @5c22c8c, all paths of its history, 2026-08-07"],
    }),
  },
];
