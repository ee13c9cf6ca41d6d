import { exactly, leavingOver, type CostItem } from "../../cost-item.ts";
import type { RailwayFleetPlan } from "./plan.ts";

const ACCOUNT = "railway/plan";

/** Railway bills what is used, and the account's fee counts towards it. */
export function priceFleet({ processes, network }: RailwayFleetPlan): readonly CostItem[] {
  const vcpus = processes.reduce((total, each) => total + each.replicas * each.vcpus, 0);
  const memoryGb = processes.reduce((total, each) => total + each.replicas * each.memoryGb, 0);
  return [
    { what: "plan of the account", price: { account: ACCOUNT, least: "hobby" }, quantity: exactly(1) },
    ...processes.map(({ name, replicas, memoryGb: each }): CostItem => ({
      what: `memory of ${name}`,
      price: "railway/memory",
      quantity: { meters: ["process-memory-gb"], times: replicas, atMost: replicas * each },
      paidFrom: ACCOUNT,
    })),
    {
      what: "memory of sessions",
      price: "railway/memory",
      quantity: { meters: ["sessions-memory-gb"], atMost: memoryGb },
      paidFrom: ACCOUNT,
    },
    {
      what: "computing of all processes",
      price: "railway/vcpu",
      quantity: { meters: ["process-vcpu"], atMost: vcpus },
      paidFrom: ACCOUNT,
    },
    {
      what: "sent to the internet",
      price: "railway/egress",
      quantity: { meters: leavingOver(network) },
      paidFrom: ACCOUNT,
    },
  ];
}
