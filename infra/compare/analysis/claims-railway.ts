import { hostNamed } from "../../hosts.ts";
import type { Claim } from "./claim.ts";
import { THEN } from "./evidence.ts";
import { usd } from "./words.ts";

const GUIDE =
  "railwayapp/docs @c2a634f, Choose Between Cron Jobs, Background Workers, and Queues, 2026-07-29";

export const railwayClaims: readonly Claim[] = [
  {
    id: "railway-workers",
    topic: "railway",
    quote: "⚠️ SEM SUPORTE NATIVO A WORKERS; Redis Separado; $15-20/mês",
    judge: (evidence) => ({
      verdict: "wrong",
      now:
        `A worker is a service without a domain, and a Redis is one in the same project. Example railway: ` +
        `${usd(evidence.bill("railway").total)} a month at the messages given; the account's plan is paid at the least, ` +
        `${usd(evidence.price("railway/plan/hobby"))} for Hobby and ${usd(evidence.price("railway/plan/pro"))} for Pro. What does ` +
        `need care: a service gets 0 s to stop unless told, so this plan sets up to ${hostNamed("railway").maxGraceSeconds}.`,
      read: [GUIDE],
    }),
  },
  {
    id: "railway-disk",
    topic: "railway",
    quote: "Disco Persistente: Included no plano",
    judge: (evidence) => ({
      verdict: "wrong",
      now: `${usd(evidence.price("railway/volume"))} per GB a month, then ${usd(evidence.price("railway/volume", THEN))}; and replicas cannot have one.`,
      read: ["railwayapp/docs @c2a634f, reference/volumes, 2026-08-21"],
    }),
  },
  {
    id: "railway-community",
    topic: "railway",
    quote: "Comunidade pequena; Documentação confusa",
    judge: () => ({
      verdict: "unsupported",
      now: "No number was given, and none was found that could be compared. A guide for workers names BullMQ.",
      read: [GUIDE],
    }),
  },
];
