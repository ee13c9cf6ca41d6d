import { allMonth, type CostItem } from "../../cost-item.ts";
import type { AwsVpcPlan } from "./plan.ts";

/** NAT by the hour and by what goes through it. A VPC itself is free, and so are a thousand mails of alarms a month. */
export function priceNetwork({ region, resources }: AwsVpcPlan): readonly CostItem[] {
  const count = (type: string): number => resources.filter((node) => node.type === type).length;
  const gateways = count("nat_gateway");
  const nat: CostItem[] = [
    { what: "NAT gateway", price: `aws/nat/hour@${region}`, quantity: allMonth(gateways) },
    {
      what: "public addresses of NAT",
      price: `aws/public-ipv4/hour@${region}`,
      quantity: allMonth(count("eip")),
    },
    {
      what: "traffic through NAT",
      price: `aws/nat/gb@${region}`,
      quantity: { meters: ["internet-gb"] },
    },
  ];
  return gateways === 0 ? [] : nat;
}
