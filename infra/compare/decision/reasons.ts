import type { Move } from "./staying.ts";

/** What the analysis says against moving, and for never moving to Railway, with what is to be said of it today. */
export interface Reason {
  readonly id: string;
  readonly about: "staying" | "railway";
  /** As the analysis has it. */
  readonly quote: string;
  readonly verdict: "stands" | "wrong" | "unsupported" | "judgement" | "unknown";
  /** In a sentence. */
  readonly because: string;
}

const STANDING_REASONS: readonly Reason[] = [
  {
    id: "focus-on-features",
    about: "staying",
    quote: "Foco em Features: Time deve construir produto, não infra",
    verdict: "judgement",
    because:
      "nobody can compute it; what can be is the hours, and those of running AWS come back every month",
  },
  {
    id: "do-not-fix",
    about: "staying",
    quote: "Produção Estável: “Don't fix what ain't broke”",
    verdict: "judgement",
    because:
      "whether it is stable was not measured: the analysis counts neither lost nor late answers, and 5 at once are full at 1 to 2.5 messages a second",
  },
  {
    id: "render-disk",
    about: "staying",
    quote: "Baileys Sessions: Render disk já funciona bem",
    verdict: "wrong",
    because:
      "a disk belongs to one service with one instance, which stops before the next one starts; this worker keeps sessions in its store and needs no disk anywhere",
  },
  {
    id: "railway-no-workers",
    about: "railway",
    quote: "Sem suporte nativo a workers",
    verdict: "wrong",
    because:
      "a worker at Railway is a service without a domain, and its documentation has a guide for workers that names BullMQ (railwayapp/docs, 2026-07-29)",
  },
  {
    id: "railway-confusing-docs",
    about: "railway",
    quote: "Documentação confusa para background jobs",
    verdict: "unsupported",
    because:
      "there is a page for choosing between cron jobs, workers and queues (railwayapp/docs, 2026-07-29); what it does not stress is that a service gets 0 s to stop unless told otherwise",
  },
  {
    id: "railway-small-community",
    about: "railway",
    quote: "Comunidade pequena (menos troubleshooting)",
    verdict: "unsupported",
    because: "no number is given and none was found that could be compared",
  },
];

/** What is said against moving, where one reason is a sum: whether a move pays for its own work. */
export function reasonsAgainst(moves: readonly Move[]): readonly Reason[] {
  return [riskOverBenefit(moves), ...STANDING_REASONS];
}

const SOON_MONTHS = 12;

function riskOverBenefit(moves: readonly Move[]): Reason {
  const reason = {
    id: "risk-over-benefit",
    about: "staying",
    quote: "Risco > Benefício: Economia de $12/mês não justifica 8h+ de trabalho",
  } as const;
  const soon = moves.filter(
    ({ payback }) => payback.kind === "after" && (payback.months.high ?? Infinity) <= SOON_MONTHS,
  );
  if (soon.length > 0)
    return {
      ...reason,
      verdict: "wrong",
      because: `within ${SOON_MONTHS} months a move pays for itself to ${soon.map(({ to }) => to).join(", ")}`,
    };
  const open = moves.filter(({ payback }) => payback.kind === "unknown");
  if (moves.length === 0 || open.length > 0)
    return {
      ...reason,
      verdict: "unknown",
      because:
        moves.length === 0
          ? "nothing was compared with where one is"
          : `what a move to ${open.map(({ to }) => to).join(", ")} saves or costs is not known`,
    };
  const late = moves.filter(({ payback }) => payback.kind === "after" && payback.months.low <= SOON_MONTHS);
  if (late.length > 0)
    return {
      ...reason,
      verdict: "unknown",
      because: `a move to ${late.map(({ to }) => to).join(", ")} may pay for itself within ${SOON_MONTHS} months, or later`,
    };
  return { ...reason, verdict: "stands", because: `no move pays for itself within ${SOON_MONTHS} months` };
}
