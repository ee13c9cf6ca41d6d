import type { CostItem } from "../../cost-item.ts";
import type { RailwayRedisPlan } from "./plan.ts";

const ACCOUNT = "railway/plan";
const MB_PER_GB = 1_000;

/** A service like others, with a volume that holds what its memory does, and rewrites it beside that. */
export function priceStore({ maxMemoryMb }: RailwayRedisPlan): readonly CostItem[] {
  const memoryGb = maxMemoryMb / MB_PER_GB;
  return [
    {
      what: "memory of Redis",
      price: "railway/memory",
      quantity: { meters: ["store-memory-gb"], atMost: memoryGb },
      paidFrom: ACCOUNT,
    },
    {
      what: "computing of Redis",
      price: "railway/vcpu",
      quantity: { meters: ["store-vcpu"] },
      paidFrom: ACCOUNT,
    },
    {
      what: "volume of Redis",
      price: "railway/volume",
      quantity: { meters: ["store-memory-gb"], times: FILES_AT_ONCE, atMost: FILES_AT_ONCE * memoryGb },
      paidFrom: ACCOUNT,
    },
  ];
}

/** While Redis rewrites its append-only file, the old one is there too. */
const FILES_AT_ONCE = 2;
