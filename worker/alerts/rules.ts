import { z } from "zod";

/** What is looked at; `observation.ts` says what it is read from. */
export type Measure =
  | "oldestWaitingSeconds"
  | "waitingConversations"
  | "oldestJobSeconds"
  | "replyP95Seconds"
  | "sessionDownSeconds"
  | "sessionLoggedOut"
  | "sessionRestricted"
  | "aiBudgetPercent"
  | "aiBreakersOpen"
  | "redisMemoryPercent"
  | "redisEvictions"
  | "consumptionStopped"
  | "shardsFree"
  | "leasesLost"
  | "bulkPaused"
  | "partsStuck"
  | "unusuallyQuiet";

/** Something that people must be told. Plain data: docs/alerts.md is made of it. */
export interface Rule {
  readonly id: string;
  /** Fires once for the deployment, or once for each organization that it is true of. */
  readonly of: "deployment" | "organization";
  readonly severity: "critical" | "warning";
  readonly measure: Measure;
  /** For the page. */
  readonly what: string;
  readonly unit: "s" | "%" | "";
  /** It is bad from this value on. */
  readonly from: number;
  /** And good again below this one; between the two it stays what it was. */
  readonly until: number;
  /** For how long it must be bad without a break, in s. */
  readonly forSeconds: number;
  /** For how long it must be good without a break, in s. */
  readonly clearSeconds: number;
  /** For people: `{value}`, `{from}`, `{organization}` and `{detail}` are put in. */
  readonly sentence: string;
  readonly resolved: string;
  /** What whoever reads it can do. */
  readonly todo: string;
  /** For the page: where to look, and what it mostly is. */
  readonly runbook: string;
}

/** The reply objective is a setting; the rule has its standard. */
export const REPLY_P95 = "reply-p95";

export const RULES: readonly Rule[] = [
  {
    id: "oldest-waiting",
    of: "deployment",
    severity: "critical",
    measure: "oldestWaitingSeconds",
    what: "How long the oldest message has waited that the AI is to answer.",
    unit: "s",
    from: 30,
    until: 15,
    forSeconds: 60,
    clearSeconds: 120,
    sentence: "Há clientes esperando resposta há {value} (limite: {from}).",
    resolved: "Ninguém mais espera resposta além do limite.",
    todo: "Veja se a IA responde e se há processos suficientes; responda pelo celular enquanto isso.",
    runbook:
      '`ai-breaker` firing too: the AI is down, nothing to do here. Else look at `oxy_reply_seconds{step="queue"}`: when it grows, add processes or raise `OXY_CONCURRENCY`.',
  },
  {
    id: "depth",
    of: "deployment",
    severity: "warning",
    measure: "waitingConversations",
    what: "How many conversations wait for an answer.",
    unit: "",
    from: 101,
    until: 50,
    forSeconds: 60,
    clearSeconds: 120,
    sentence: "{value} conversas esperam resposta (limite: {from}).",
    resolved: "A fila de conversas voltou ao normal.",
    todo: "Se não for um pico passageiro, aumente o número de processos.",
    runbook: "Many customers at once, or answers that became slow: `oxy_reply_seconds` by `step` says which.",
  },
  {
    id: "jobs-oldest",
    of: "deployment",
    severity: "warning",
    measure: "oldestJobSeconds",
    what: "How long the next job of the queues campaign, automation and cron has waited.",
    unit: "s",
    from: 600,
    until: 300,
    forSeconds: 120,
    clearSeconds: 120,
    sentence: "Uma tarefa de {detail} espera há {value} (limite: {from}).",
    resolved: "As tarefas voltaram a andar.",
    todo: "Campanhas e automações estão atrasadas; as respostas aos clientes não dependem delas.",
    runbook:
      "No process takes from the queue (`GET /health/queues` of each), or an operator paused it on the board.",
  },
  {
    id: REPLY_P95,
    of: "deployment",
    severity: "warning",
    measure: "replyP95Seconds",
    what: "Of the replies of the last five minutes, 95 % took no longer than this; of fewer than 20 nothing is said.",
    unit: "s",
    from: 5.001,
    until: 5,
    forSeconds: 300,
    clearSeconds: 300,
    sentence: "95% das respostas levam até {value} (objetivo: {from}).",
    resolved: "O tempo de resposta voltou ao objetivo.",
    todo: "Os clientes recebem a mensagem de espera; veja se a IA está lenta.",
    runbook:
      "`oxy_reply_seconds` by `step`: `ai` is the provider or the model, `queue` too few places to think, `send` WhatsApp or the pace of a number.",
  },
  {
    id: "session-down",
    of: "organization",
    severity: "critical",
    measure: "sessionDownSeconds",
    what: "For how long a number that was linked has had no connection.",
    unit: "s",
    from: 300,
    until: 1,
    forSeconds: 0,
    clearSeconds: 60,
    sentence: "O WhatsApp de {organization} está sem conexão há {value} ({detail}).",
    resolved: "O WhatsApp de {organization} está conectado de novo.",
    todo: "Veja se o celular tem internet e se o aparelho ainda aparece em Aparelhos conectados.",
    runbook:
      "`oxy status` says why it ended. `replaced`: another program uses the same session. Nobody's process: see `shards-free`.",
  },
  {
    id: "session-logged-out",
    of: "organization",
    severity: "critical",
    measure: "sessionLoggedOut",
    what: "A number was logged out: its phone unlinked it, or WhatsApp did.",
    unit: "",
    from: 1,
    until: 1,
    forSeconds: 0,
    clearSeconds: 60,
    sentence: "O WhatsApp de {organization} foi desconectado pelo celular ou pelo WhatsApp.",
    resolved: "O WhatsApp de {organization} foi conectado de novo.",
    todo: "Conecte de novo com oxy pair {organization} e leia o código com o celular.",
    runbook:
      "Ask whether somebody removed the device on the phone. If not, WhatsApp did: go slower with campaigns before pairing again.",
  },
  {
    id: "session-restricted",
    of: "organization",
    severity: "critical",
    measure: "sessionRestricted",
    what: "WhatsApp restricts a number: it may not begin chats, or is refused for a time.",
    unit: "",
    from: 1,
    until: 1,
    forSeconds: 0,
    clearSeconds: 600,
    sentence: "O WhatsApp restringiu o número de {organization} ({detail}).",
    resolved: "O número de {organization} não está mais restrito.",
    todo: "Pare as campanhas desse número; insistir pode levar ao banimento.",
    runbook:
      "Pause the number's campaigns, wait until WhatsApp lifts it (the phone says when), then lower `pacing.coldPerDay`.",
  },
  {
    id: "ai-budget",
    of: "organization",
    severity: "warning",
    measure: "aiBudgetPercent",
    what: "How much of an organization's AI budget of the day is spent.",
    unit: "%",
    from: 80,
    until: 80,
    forSeconds: 0,
    clearSeconds: 60,
    sentence: "{organization} já usou {value} do orçamento diário da IA.",
    resolved: "O orçamento diário da IA de {organization} está livre de novo.",
    todo: "Aumente aiBudgetUsdPerDay se o atendimento não puder parar hoje.",
    runbook:
      "`oxy_ai_tokens_total` by `purpose` says what it was spent on. It is free again at midnight of the organization.",
  },
  {
    id: "ai-budget-spent",
    of: "organization",
    severity: "critical",
    measure: "aiBudgetPercent",
    what: "An organization's AI budget of the day is spent: its customers are left to people.",
    unit: "%",
    from: 100,
    until: 100,
    forSeconds: 0,
    clearSeconds: 60,
    sentence: "O orçamento diário da IA de {organization} acabou: as conversas vão para a equipe.",
    resolved: "A IA de {organization} voltou a responder.",
    todo: "Responda pelo celular ou aumente aiBudgetUsdPerDay.",
    runbook: "As `ai-budget`.",
  },
  {
    id: "ai-breaker",
    of: "deployment",
    severity: "critical",
    measure: "aiBreakersOpen",
    what: "How many processes do not ask the AI because it keeps failing.",
    unit: "",
    from: 1,
    until: 1,
    forSeconds: 60,
    clearSeconds: 60,
    sentence: "A IA não está respondendo ({value} processo(s) pararam de perguntar).",
    resolved: "A IA voltou a responder.",
    todo: "Veja a página de status do provedor; os clientes recebem a mensagem de espera.",
    runbook:
      "`oxy_ai_calls_total` by `answer`: `misconfigured` is the key or the account, `limited` its rate limit, `failed` and `timeout` the provider.",
  },
  {
    id: "redis-memory",
    of: "deployment",
    severity: "critical",
    measure: "redisMemoryPercent",
    what: "How much of the memory is used that Redis may use.",
    unit: "%",
    from: 80,
    until: 75,
    forSeconds: 60,
    clearSeconds: 300,
    sentence: "O Redis usa {value} da memória permitida (limite: {from}).",
    resolved: "A memória do Redis voltou ao normal.",
    todo: "Aumente o plano do Redis antes que ele recuse mensagens.",
    runbook:
      "Once it is full, nothing is accepted any more and WhatsApp keeps the messages. Take a larger plan, or lower `retentionDays`.",
  },
  {
    id: "redis-evictions",
    of: "deployment",
    severity: "critical",
    measure: "redisEvictions",
    what: "How many keys Redis has thrown away since the last look: conversations among them.",
    unit: "",
    from: 1,
    until: 1,
    forSeconds: 0,
    clearSeconds: 600,
    sentence: "O Redis descartou {value} chaves: mensagens podem ter se perdido.",
    resolved: "O Redis parou de descartar chaves.",
    todo: "Mude a política do Redis para noeviction e aumente a memória.",
    runbook: "`maxmemory-policy` is not `noeviction`: change it, then look at `redis-memory`.",
  },
  {
    id: "consumption-stopped",
    of: "deployment",
    severity: "critical",
    measure: "consumptionStopped",
    what: "How many processes do not take what waits in their queues, though they could.",
    unit: "",
    from: 1,
    until: 1,
    forSeconds: 0,
    clearSeconds: 120,
    sentence: "{value} processo(s) pararam de pegar trabalho ({detail}).",
    resolved: "Todos os processos voltaram a trabalhar.",
    todo: "Reinicie o processo se não voltar sozinho em um minuto.",
    runbook:
      "The process replaces the connection that hangs by itself. If `GET /health/queues` stays 503, restart it; shards and messages go to the others.",
  },
  {
    id: "shards-free",
    of: "deployment",
    severity: "critical",
    measure: "shardsFree",
    what: "How many shards no process owns: their numbers are not connected.",
    unit: "",
    from: 1,
    until: 1,
    forSeconds: 120,
    clearSeconds: 60,
    sentence: "{value} de 256 fatias de clientes estão sem processo.",
    resolved: "Todas as fatias de clientes têm um processo.",
    todo: "Suba um processo da mesma frota, imagem e lugar.",
    runbook:
      "A process died and its equals did not take over within two minutes, or none is there: `oxy status`, then `oxy up`.",
  },
  {
    id: "leases-lost",
    of: "deployment",
    severity: "warning",
    measure: "leasesLost",
    what: "How often in the last ten minutes a process lost its shards without handing them over.",
    unit: "",
    from: 2,
    until: 1,
    forSeconds: 0,
    clearSeconds: 60,
    sentence: "Processos perderam suas fatias {value} vezes em dez minutos.",
    resolved: "Os processos mantêm suas fatias de novo.",
    todo: "Veja se o Redis está lento ou se falta processador.",
    runbook:
      "Heartbeats come too late: `oxy_event_loop_delay_seconds` says whether the process is too busy; else Redis is slow or far.",
  },
  {
    id: "bulk-paused",
    of: "organization",
    severity: "warning",
    measure: "bulkPaused",
    what: "WhatsApp refused a message of a campaign or an automation, and the number pauses what goes to many.",
    unit: "",
    from: 1,
    until: 1,
    forSeconds: 0,
    clearSeconds: 60,
    sentence: "As campanhas de {organization} estão em pausa: o WhatsApp recusou uma mensagem ({detail}).",
    resolved: "As campanhas de {organization} podem seguir.",
    todo: "Veja a lista de contatos e o texto; insistir pode levar ao banimento.",
    runbook:
      "It goes on by itself after 15 minutes, and after twice as long with each refusal in a row. Look at the audience and the text, lower `pacing.coldPerDay`, or cancel the campaign.",
  },
  {
    id: "parts-stuck",
    of: "organization",
    severity: "warning",
    measure: "partsStuck",
    what: "Conversations of an organization that should have been looked at long ago, as the health check found.",
    unit: "",
    from: 1,
    until: 1,
    forSeconds: 0,
    clearSeconds: 60,
    sentence: "{organization}: {value} conversa(s) estão paradas.",
    resolved: "{organization}: nenhuma conversa está parada.",
    todo: "Responda pelo celular e veja se o número está conectado.",
    runbook:
      "With `session-down`: they go out once the number is connected. Else `oxy logs` of the owner for `turn failed` and `part not written`.",
  },
  {
    id: "unusually-quiet",
    of: "organization",
    severity: "warning",
    measure: "unusuallyQuiet",
    what: "Nobody has written to a number for longer than on the same weekdays before, as the health check found.",
    unit: "",
    from: 1,
    until: 1,
    forSeconds: 0,
    clearSeconds: 60,
    sentence: "Ninguém escreve para {organization} há mais tempo que o normal.",
    resolved: "Clientes voltaram a escrever para {organization}.",
    todo: "Mande uma mensagem de teste de outro celular.",
    runbook:
      "A holiday, or a number that is connected and gets nothing: write to it from another phone, and pair it anew if that does not arrive.",
  },
];

const change = z.strictObject({
  from: z.number().min(0).optional(),
  forSeconds: z.number().min(0).max(86_400).optional(),
  off: z.boolean().optional(),
});

/** What a deployment has otherwise than {@link RULES}, by rule. */
export const ruleChanges = z.strictObject(
  Object.fromEntries(RULES.map(({ id }) => [id, change.optional()])) as Record<
    string,
    z.ZodOptional<typeof change>
  >,
);
export type RuleChanges = z.infer<typeof ruleChanges>;

/**
 * The rules of a deployment. Whoever moves where one begins moves where it ends by the same part.
 * @param objectiveMs of a reply
 */
export function rulesOf(changes: RuleChanges, objectiveMs: number): Rule[] {
  const objective = objectiveMs / 1000;
  return RULES.map((rule) =>
    rule.id === REPLY_P95 ? { ...rule, from: objective + 0.001, until: objective } : rule,
  ).flatMap((rule) => {
    const { from = rule.from, forSeconds = rule.forSeconds, off = false } = changes[rule.id] ?? {};
    if (off) return [];
    return [{ ...rule, from, until: from * (rule.until / rule.from), forSeconds }];
  });
}
