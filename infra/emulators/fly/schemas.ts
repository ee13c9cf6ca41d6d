/** What the emulated API takes: of the real one's fields those that something is done about; no others. */
const text = { type: "string" } as const;
const count = { type: "integer", minimum: 0 } as const;
const texts = { type: "object", additionalProperties: text } as const;
/** As Go writes it. */
const duration = { type: "string", pattern: "^([0-9]+m)?[0-9]+s$" } as const;
const signal = {
  enum: ["SIGHUP", "SIGINT", "SIGQUIT", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGTERM"],
} as const;

function object(properties: Readonly<Record<string, unknown>>, required: readonly string[] = []): object {
  return { type: "object", required, properties, additionalProperties: false };
}

const check = object(
  {
    type: { enum: ["http"] },
    port: { type: "integer", minimum: 1, maximum: 65_535 },
    method: { enum: ["GET"] },
    path: { type: "string", pattern: "^/" },
    interval: duration,
    timeout: duration,
    grace_period: duration,
  },
  ["type", "port", "path"],
);

const service = object(
  {
    protocol: { enum: ["tcp", "udp"] },
    internal_port: { type: "integer", minimum: 1, maximum: 65_535 },
    autostart: { type: "boolean" },
    ports: {
      type: "array",
      minItems: 1,
      items: object({
        port: { type: "integer", minimum: 1, maximum: 65_535 },
        handlers: { type: "array", items: { enum: ["http", "tls", "pg_tls", "proxy_proto", "edge_http"] } },
        force_https: { type: "boolean" },
      }),
    },
    checks: { type: "array", items: check },
  },
  ["protocol", "internal_port", "ports"],
);

const guest = {
  cpu_kind: { enum: ["shared", "performance"] },
  cpus: { enum: [1, 2, 4, 8, 16] },
  memory_mb: { type: "integer", minimum: 256, multipleOf: 256 },
} as const;

const machineConfig = object(
  {
    image: text,
    env: texts,
    metadata: texts,
    guest: object(guest),
    mounts: {
      type: "array",
      items: object({ volume: text, path: { type: "string", pattern: "^/." } }, ["volume", "path"]),
    },
    stop_config: object({ signal, timeout: duration }),
    restart: object({ policy: { enum: ["no", "always", "on-failure"] }, max_retries: count }, ["policy"]),
    checks: { type: "object", additionalProperties: check },
    services: { type: "array", items: service },
  },
  ["image"],
);

const machine = {
  name: { type: "string", pattern: "^[a-z0-9-]{1,63}$" },
  region: { type: "string", pattern: "^[a-z]{3}$" },
  config: machineConfig,
  min_secrets_version: count,
};

export const bodies = {
  app: object({ name: { type: "string", pattern: "^[a-z0-9-]{1,62}$" }, org_slug: text, network: text }, [
    "name",
    "org_slug",
  ]),
  secrets: object({ values: texts }, ["values"]),
  address: object({ type: { enum: ["v4", "v6", "shared_v4"] }, region: text }, ["type"]),
  createMachine: object(machine, ["config"]),
  updateMachine: object({ ...machine, current_version: text }, ["config"]),
  volume: object(
    {
      name: text,
      region: { type: "string", pattern: "^[a-z]{3}$" },
      size_gb: count,
      compute: object(guest),
      require_unique_zone: { type: "boolean" },
    },
    ["name", "region"],
  ),
  extendVolume: object({ size_gb: count }, ["size_gb"]),
  stop: { anyOf: [{ type: "null" }, object({ signal, timeout: duration })] },
  lease: { anyOf: [{ type: "null" }, object({ ttl: count, description: text })] },
  metadata: object({ value: text }, ["value"]),
} as const;

const flag = { enum: ["true", "false"] } as const;

export const queries = {
  none: object({}),
  apps: object({ org_slug: text }, ["org_slug"]),
  force: object({ force: flag }),
  machines: {
    ...object({ include_deleted: flag, region: text }),
    patternProperties: { "^metadata[.]": text },
  },
  volumes: object({ summary: flag }),
  wait: object({
    state: { enum: ["started", "stopped", "suspended", "destroyed"] },
    instance_id: text,
    timeout: { type: "string", pattern: "^[0-9]+$" },
  }),
  logs: object({ instance: text, region: text, next_token: text }),
} as const;
