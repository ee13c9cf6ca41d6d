import { hostNamed } from "../../hosts.ts";
import { docOf } from "../../stack-config/field.ts";
import { mostInstances } from "../decision/most-instances.ts";
import type { Claim } from "./claim.ts";
import { THEN } from "./evidence.ts";
import { leastOf, verdictOf } from "./verdict.ts";
import { figure, usd } from "./words.ts";

const DISKS = "render-oss/skills, render-disks, 2026-08-18";
const SCALING = "render-oss/skills, render-scaling, 2026-08-18";
const BLUEPRINTS = "render-oss/skills, render-blueprints field reference, 2026-08-18";
const API = "Render's public OpenAPI description, early 2026";

const SIZES = { starter: 7, standard: 25, pro: 85 } as const;

export const renderClaims: readonly Claim[] = [
  {
    id: "render-prices",
    topic: "render",
    quote: "Starter $7, Standard $25, Pro $85",
    judge: (evidence) => {
      const sizes = Object.entries(SIZES).map(([size, said]) => {
        const id = `render/instance/${size}`;
        const now = evidence.price(id);
        return {
          verdict: verdictOf(said, evidence.price(id, THEN), now),
          text: `${[size, ...evidence.aliases(id).map((alias) => alias.split("/").at(-1))].join(" or ")} ${usd(now)}`,
        };
      });
      return {
        verdict: leastOf(sizes.map(({ verdict }) => verdict)),
        now: `${sizes.map(({ text }) => text).join(", ")} a month.`,
      };
    },
  },
  {
    id: "render-total",
    topic: "render",
    quote: "TOTAL: $24/mês",
    judge: (evidence) => ({
      verdict: "left out",
      now:
        `The same services with Upstash's plan of that price: ${usd(evidence.bill("render-current").baseline)}, and what ` +
        `they send. It leaves out its own disk, the traffic (${usd(evidence.price("render/egress"))} per GB since ` +
        `2025-08), and the workspace of plan Pro that a team needs (${usd(evidence.price("render/workspace/pro"))}).`,
    }),
  },
  {
    id: "render-one-instance",
    topic: "render",
    quote: "Starter plan = 1 instance apenas",
    judge: () => ({
      verdict: "wrong",
      now: `Every paid type has 1 to ${mostInstances(hostNamed("render"))} instances. It was the disk that kept it at one.`,
      read: [SCALING],
    }),
  },
  {
    id: "render-standard-scales",
    topic: "render",
    quote: "Standard ($25/mês): Multi-instance, auto-scale",
    judge: (evidence) => ({
      verdict: "wrong",
      now:
        `Scaling by itself is of the workspace, not of the instance type: plan Pro, ` +
        `${usd(evidence.price("render/workspace/pro"))} a month, then ${usd(evidence.price("render/workspace/pro", THEN))} ` +
        `for each user. It goes by CPU and memory, never by the length of a queue.`,
      read: [SCALING],
    }),
  },
  {
    id: "render-pro-dedicated",
    topic: "render",
    quote: "Pro ($85/mês): High-performance, dedicated resources",
    judge: () => ({
      verdict: "unsupported",
      now: "It has 2 CPUs and 4 GB; that they are dedicated is said nowhere.",
      read: [SCALING],
    }),
  },
  {
    id: "render-shared-disk",
    topic: "render",
    quote: "1GB disk para Baileys sessions (compartilhado com API)",
    judge: () => ({
      verdict: "wrong",
      now: "Impossible: a disk is of one service, of one instance of it. This worker keeps sessions in its store.",
      read: [DISKS],
    }),
  },
  {
    id: "render-graceful",
    topic: "render",
    quote: "Graceful Shutdown: SIGTERM/SIGINT handling automático",
    judge: () => ({
      verdict: "wrong",
      now:
        "With a disk the old instance stops before the new one starts, so each deploy is a gap. It is killed 30 s after " +
        `SIGTERM, or up to ${hostNamed("render").maxGraceSeconds} s where that is set.`,
      read: [DISKS, API],
    }),
  },
  {
    id: "render-health",
    topic: "render",
    quote: "/health, /health/redis, /health/queues prontos",
    judge: () => ({
      verdict: "wrong",
      now: "Render asks web services only; a background worker takes no traffic at all, so nobody ever asks there.",
      read: [BLUEPRINTS],
    }),
  },
  {
    id: "render-oregon",
    topic: "render",
    quote: "Região Fixa: Oregon (latência Brasil ~150ms)",
    judge: (evidence) => {
      const oregon = evidence.fact("rtt/oregon/sao-paulo");
      const { region } = hostNamed("render").config.shape;
      const regions = region === undefined ? [] : (docOf(region).choices ?? []);
      return {
        verdict: leastOf(["wrong", verdictOf(150, evidence.fact("rtt/oregon/sao-paulo", THEN), oregon)]),
        now:
          `A choice: there are ${regions.length} regions (${regions.join(", ")}). Oregon is ${figure(oregon, "ms")} from São ` +
          `Paulo, Virginia ${figure(evidence.fact("rtt/sao-paulo/virginia"), "ms")}.`,
        read: [API],
      };
    },
  },
];
