import { exactly, leavingOver, type CostItem } from "../../cost-item.ts";
import type { RenderFleetPlan } from "./plan.ts";

/** Each service by its instances, the workspace by what it has to allow, and what leaves for the internet. */
export function priceFleet(plan: RenderFleetPlan): readonly CostItem[] {
  const { processes, size, network } = plan;
  const isScaled = processes.some(({ autoscaling }) => autoscaling !== undefined);
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
    // Since 2025-08 Render bills all that leaves for the internet, to a store too.
    {
      what: "sent to the internet",
      price: "render/egress",
      quantity: { meters: leavingOver(network), beyond: "render/egress/included-gb" },
    },
  ];
}
