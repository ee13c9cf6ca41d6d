import { parseStackConfig } from "../../config.ts";
import { hosts } from "../../hosts.ts";
import { planStack, type StackPlan } from "../../plan.ts";
import { stores } from "../../stores.ts";
import { workload } from "../../workload.ts";

interface Given {
  readonly host: string;
  readonly [field: string]: unknown;
}

const DIGEST = `sha256:${"a".repeat(64)}`;

/** The plan of a stack with this store and this fleet, as its file would say them. */
export function planWith(store: object, fleet: Given): StackPlan {
  const reference = fleet.host === "local" ? DIGEST : `ghcr.io/acme/oxy-worker@${DIGEST}`;
  const secrets = {
    OXY_ENCRYPTION_KEYS: `k1:${"A".repeat(43)}=`,
    OPENAI_API_KEY: "x",
    OXY_ADMIN_TOKEN: "t".repeat(32),
    OXY_STORE_PASSWORD: "p".repeat(32),
  };
  const given = { image: reference, store, fleets: { main: fleet }, secrets };
  const config = parseStackConfig(
    Object.fromEntries(
      Object.entries(given).map(([key, value]) => [
        `oxy:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
    "oxy",
    { stack: "trial", hosts, stores, isSecret: (key) => key === "oxy:secrets" },
  );
  const kind = fleet.host === "local" ? "bundle" : "registry";
  return planStack(config, { stack: "trial", image: { kind, reference }, workload });
}
