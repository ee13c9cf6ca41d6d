import { exactly, type CostItem, type Meter } from "../../cost-item.ts";
import type { RenderFleetPlan } from "./plan.ts";

/** Each service by its instances, the workspace by what it has to allow, and what leaves for the internet. */
export function priceFleet(plan: RenderFleetPlan): readonly CostItem[] {
  const { processes, size, network } = plan;
  const isScaled = processes.some(({ autoscaling }) => autoscaling !== undefined);
  // Since 2025-08 Render bills all that leaves for the internet, to a store too.
  const leaving: readonly Meter[] = network === "internet" ? ["internet-gb", "to-store-gb"] : ["internet-gb"];
  return [
    ...processes.map(({ name, instances, autoscaling }): CostItem => ({
      what: `${name}, ${size}`,
      price: `render/instance/${size}`,
      quantity: { low: instances, high: autoscaling?.maxInstances ?? instances },
    })),
    {
      what: isScaled ? "workspace that may scale by itself" : "workspace",
      price: { account: "render/workspace", least: isScaled ? "pro" : "hobby" },
      quantity: exactly(1),
    },
    {
      what: "sent to the internet",
      price: "render/egress",
      quantity: { meters: leaving, beyond: "render/egress/included-gb" },
    },
  ];
}
