import { defineNetwork } from "../../network-kind.ts";
import { interruptsNetwork } from "./interruptions.ts";
import type { AwsVpcPlan } from "./plan.ts";
import { priceNetwork } from "./pricing.ts";

/** A VPC at AWS, with what all that is in it shares. */
export const awsVpc = defineNetwork<AwsVpcPlan>({
  kind: "aws-vpc",
  price: priceNetwork,
  interrupts: interruptsNetwork,
  deployment: () => import("./pulumi.ts"),
});
