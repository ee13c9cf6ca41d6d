import { exactly, type CostItem } from "../../cost-item.ts";
import type { UpstashStorePlan } from "./plan.ts";

/** Catalogue's names of the fixed sizes. */
const FIXED: Readonly<Record<string, string>> = {
  fixed_250mb: "250mb",
  fixed_1gb: "1gb",
  fixed_5gb: "5gb",
  fixed_10gb: "10gb",
  fixed_50gb: "50gb",
};

/** By commands, or by a fixed size that does not count them. */
export function priceStore({ plan, prodPack }: UpstashStorePlan): readonly CostItem[] {
  const pack: CostItem[] = prodPack
    ? [{ what: "Prod Pack", price: "upstash/prod-pack", quantity: exactly(1) }]
    : [];
  const fixed = FIXED[plan];
  if (fixed !== undefined)
    return [{ what: `Upstash, ${fixed}`, price: `upstash/fixed/${fixed}`, quantity: exactly(1) }, ...pack];
  if (plan === "free") return [{ what: "Upstash, free", price: "upstash/free", quantity: exactly(1) }];
  return [
    {
      what: "commands to Upstash",
      price: "upstash/payg/commands",
      quantity: { meters: ["store-commands"], times: 1 / COMMANDS_PRICED },
    },
    {
      what: "kept at Upstash",
      price: "upstash/payg/storage",
      quantity: { meters: ["store-memory-gb"], beyond: "upstash/payg/included-storage-gb" },
    },
    {
      what: "traffic of Upstash",
      price: "upstash/payg/bandwidth",
      quantity: {
        meters: ["to-store-gb", "from-store-gb"],
        beyond: "upstash/payg/included-bandwidth-gb",
      },
    },
    ...pack,
  ];
}

/** The price is for so many at once. */
const COMMANDS_PRICED = 100_000;
