import type { RenderService } from "../provider/render/services.ts";
import type { Database } from "../provider/upstash/databases.ts";
import type { FoundService } from "./found.ts";
import type { Selection } from "./selection.ts";

/** What of a found service differs from the usual one. */
interface ServiceParts extends Partial<Omit<RenderService, "serviceDetails">> {
  readonly details?: Partial<RenderService["serviceDetails"]>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly runs?: string;
}

export const REDIS_URL = "rediss://default:password@calm-cat-1.upstash.io:6379";

/** A background worker that nothing is unwise about. */
export function worker(parts: ServiceParts = {}): FoundService {
  const { details, environment = { REDIS_URL, OXY_ENCRYPTION_KEYS: "k1:…" }, runs, ...more } = parts;
  return {
    service: {
      id: "srv-worker0000000000000a",
      name: "worker",
      type: "background_worker",
      ownerId: "tea-a",
      suspended: "not_suspended",
      autoDeploy: "no",
      createdAt: "2026-01-01T00:00:00Z",
      imagePath: `ghcr.io/acme/worker@sha256:${"1".repeat(64)}`,
      ...more,
      serviceDetails: {
        runtime: "image",
        plan: "starter",
        region: "virginia",
        numInstances: 1,
        maxShutdownDelaySeconds: 60,
        ...details,
      },
    },
    environment,
    image: runs,
  };
}

/** The same as a web service. */
export function web(parts: ServiceParts = {}): FoundService {
  const details = { healthCheckPath: "/health/ready", ...parts.details };
  return worker({ id: "srv-web0000000000000000a", name: "web", type: "web_service", ...parts, details });
}

/** A database that nothing is unwise about. */
export function database(more: Partial<Database> = {}): Database {
  return {
    database_id: "96ad0856-03b1-4ee7-9666-e81abd0349e1",
    database_name: "whatsapp",
    region: "global",
    primary_region: "us-east-1",
    endpoint: "calm-cat-1",
    port: 6379,
    tls: true,
    state: "active",
    type: "paid",
    db_disk_threshold: 250 * 1024 ** 2,
    eviction: false,
    auto_upgrade: false,
    ...more,
  };
}

export function selection(parts: {
  readonly web?: FoundService;
  readonly worker?: FoundService | undefined;
  readonly database?: Database;
}): Selection {
  const beside = "worker" in parts ? parts.worker : worker();
  return {
    web: { thing: parts.web ?? web() },
    ...(beside === undefined ? {} : { worker: { thing: beside } }),
    database: { thing: parts.database ?? database() },
  };
}
