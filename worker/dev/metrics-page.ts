import { Redis } from "ioredis";
import { keysOf } from "../adapters/redis/keys.ts";
import { Exposition } from "../metrics/exposition.ts";
import { LABELS } from "../metrics/labels.ts";
import { Meters } from "../metrics/meters.ts";

/** `docs/metrics.md`, from what is told. Run directly, this module prints it. */
export function metricsPage(): string {
  const meters = new Meters();
  // Never connected: only what there is is asked for.
  const redis = new Redis({ lazyConnect: true });
  const { described } = new Exposition({ redis, keys: keysOf("none"), meters });
  redis.disconnect();
  meters.stop();
  const rows = described.map(({ name, type, help, labels }) => {
    const by = labels.map((label) => `\`${label}\``).join(", ");
    return `| \`${name}\` | ${type} | ${help} | ${by} |`;
  });
  const values = Object.entries(LABELS).map(
    ([label, all]) => `| \`${label}\` | ${all.map((value) => `\`${value}\``).join(" ")} |`,
  );
  return [
    "# Metrics",
    "",
    "`GET /metrics` of every process, in Prometheus's text format: where the health checks are (`OXY_HEALTH_PORT`), open to",
    "whoever reaches that port; under `PORT` with the bearer token of `OXY_METRICS_TOKEN`, or the user and password of the",
    "board, and not at all without both. No label says anything of a tenant or of people.",
    "",
    "A process tells what it counted itself since it started, and what the store knows of the whole deployment (`oxy_store_known`,",
    "`oxy_queue_…`, `oxy_sessions`, `oxy_shards_free`, `oxy_bulk_paused`): the same in each process, so take the `max` of them and",
    "the `sum` of the others. Whoever asks within five seconds gets what was told before, so that any number of scrapers costs at",
    "most one command of Redis in five seconds and process. While the store is away its part is missing, and not 0.",
    "",
    "[grafana.json](grafana.json) is a dashboard of them. [alerts.md](alerts.md) says what people are told without one.",
    "",
    "This page is generated: `node worker/dev/metrics-page.ts > docs/metrics.md`.",
    "",
    "| metric | type | what | by |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
    "| label | values |",
    "| --- | --- |",
    ...values,
    "| `model` | the first 8 models that the process asked; `other` for all that come after them |",
    "",
    "## Of a queue, whether it is taken from",
    "",
    "`GET /health/queues` answers 200, or 503 when this process does not take what waits in one of its queues though it could.",
    "It never fails because all slots are taken, a queue is long, an operator paused it, or Redis is away.",
    "",
    "| state | |",
    "| --- | --- |",
    "| `starting`, `consuming` | it fetched lately, or nothing waits |",
    "| `busy` | all its slots are taken |",
    "| `paused` | on the board |",
    "| `draining` | it stops |",
    "| `unknown` | Redis is away: `/health/redis` |",
    "| `stopped` | something has waited for 20 s with free slots, a job of proof was not taken, or its loop has ended |",
    "",
    "A process proves that it takes jobs by one that does nothing, in its own queue, after it started and after each reconnect;",
    "of the queues that all take from, the time of the last fetch counts. A connection that hangs is replaced by the process itself.",
    "",
  ].join("\n");
}

if (import.meta.main) process.stdout.write(metricsPage());
