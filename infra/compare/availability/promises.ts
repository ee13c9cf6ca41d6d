import type { FleetPlan } from "../../host.ts";
import type { NetworkPlan } from "../../network.ts";
import type { StackPlan } from "../../plan.ts";
import type { StorePlan } from "../../store.ts";
import type { FactsOfDay } from "../facts.ts";
import { nothingPromised, promised, unknownPromise, type Promised } from "./promise.ts";

/** Plans that the accounts are on, by what their catalogue ids begin with. */
type Accounts = Readonly<Record<string, string>>;

/** Which published promise is about a plan, and what of it is missing for it to hold. */
interface Claim {
  /** Catalogue's id. */
  readonly id: string;
  /** A phrase; without one it holds. */
  readonly missing?: string;
}

export interface PartPromise {
  /** Whose: `fleet main`, `store`. */
  readonly of: string;
  readonly promise: Promised;
  /** Catalogue's ids. */
  readonly sources: readonly string[];
}

/** Of every fleet that has work, and of the store. */
export function promisesOf(
  plan: StackPlan,
  accounts: Accounts,
  facts: FactsOfDay,
): {
  readonly fleets: readonly PartPromise[];
  readonly store: PartPromise;
} {
  return {
    fleets: plan.fleets
      .filter(({ share }) => share > 0)
      .map((fleet) =>
        partOf(`fleet ${fleet.name}`, FLEETS[fleet.host]?.(fleet, accounts, plan.networks), facts),
      ),
    store: partOf("store", STORES[plan.store.kind]?.(plan.store), facts),
  };
}

const FLEETS: Readonly<
  Record<string, (fleet: FleetPlan, accounts: Accounts, networks: readonly NetworkPlan[]) => Claim>
> = {
  render: () => ({ id: "render/sla/services" }),
  railway: () => ({ id: "railway/sla/services" }),
  fly: (_fleet, accounts) => ({
    id: "fly/sla/machines",
    ...(accounts["fly/support"] === "enterprise" ? {} : { missing: "it takes Fly's Enterprise support" }),
  }),
  "ecs-fargate": (fleet, _accounts, networks) => ({
    id: isOverZones(fleet, networks) ? "aws/sla/fargate-multi-az" : "aws/sla/fargate-single",
  }),
};

const STORES: Readonly<Record<string, (store: StorePlan) => Claim>> = {
  upstash: (store) => ({
    id: "upstash/sla/database",
    ...("prodPack" in store && store.prodPack === true ? {} : { missing: "it takes Upstash's Prod Pack" }),
  }),
  "render-key-value": () => ({ id: "render/sla/key-value" }),
  // A service with a volume, as any other.
  "railway-redis": () => ({ id: "railway/sla/services" }),
  elasticache: (store) => ({
    id:
      "replicas" in store && Number(store.replicas) > 0
        ? "aws/sla/elasticache-multi-az"
        : "aws/sla/elasticache-single",
  }),
};

/** Two tasks of each process at the least, in subnets of two zones. */
function isOverZones({ processes }: FleetPlan, networks: readonly NetworkPlan[]): boolean {
  const zones = networks.some(
    (network) =>
      "taskSubnets" in network && Array.isArray(network.taskSubnets) && network.taskSubnets.length > 1,
  );
  const holding = processes.filter(({ role }) => role !== "web");
  return zones && holding.length > 0 && holding.every(({ copies }) => copies.least > 1);
}

function partOf(of: string, claim: Claim | undefined, { catalogue, day }: FactsOfDay): PartPromise {
  if (claim === undefined)
    return { of, promise: nothingPromised(`of ${of} nobody but its owner answers for it`), sources: [] };
  const { id, missing } = claim;
  const entry = catalogue.entry(id, day);
  const sources = [id];
  if (entry === undefined) return { of, promise: unknownPromise(`no fact ${id} on ${day}`), sources };
  if (missing !== undefined) return { of, promise: nothingPromised(`${of}: ${missing}`), sources };
  if (entry.value === null) {
    const because = `${of}: ${entry.condition ?? `no percentage of ${id} is published`}`;
    return { of, promise: nothingPromised(because), sources };
  }
  return { of, promise: promised(entry.value.low, entry.value.high), sources };
}
