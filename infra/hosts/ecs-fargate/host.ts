import { defineHost } from "../../host.ts";
import { planVpc, type Egress } from "../../networks/aws-vpc/plan.ts";
import { ecsFargateFleet, type EcsFargateFleetConfig } from "./config.ts";
import { interruptsFleet } from "./interruptions.ts";
import { priceFleet } from "./pricing.ts";
import { planFleet, type EcsFargatePlan } from "./plan.ts";
import { chosenOf } from "./presets.ts";
import { refusalsOf } from "./refusals.ts";

/** AWS ECS on Fargate: the image in tasks of services, one cluster for each fleet, in the VPC of the stack. */
export const ecsFargate = defineHost<EcsFargateFleetConfig, EcsFargatePlan>({
  name: "ecs-fargate",
  config: ecsFargateFleet,
  images: ["registry"],
  reaches: ({ region }) => [`private:aws/${region}`, "internet"],
  // AWS docs, task definition parameters, 2026-08: stopTimeout on Fargate.
  maxGraceSeconds: 120,
  refusals: refusalsOf,
  api: {
    title: "AWS",
    checkedAgainst: "the types of @pulumi/aws 7.48.0 and @cdktf/provider-aws 21.22.1",
  },
  cannot: [
    "scale to zero: nothing asks a worker for anything, so nothing would start its task again",
    "answer for one number with more than one task: tasks share numbers, not a number's chats",
    "keep a Spot task beyond two minutes of notice, nor promise that there is another one: sessions move to the tasks that are left",
    "take longer than 120 s to stop: what drains then is killed",
    "be reached by a command when its store is in the VPC and it has no load balancer: pairing needs one for that day",
    "run without a way to the internet: endpoints lead to AWS alone",
    "be taken over where it exists already: what it finds under its names it refuses",
  ],
  awaitsReady: true,
  network: ({ stack, production, config }) => {
    const { region, account, zoneLetters, cidr, alarmEmail } = config;
    const { zones, egress } = chosenOf(config);
    return planVpc({
      stack,
      production,
      region,
      zones,
      // What is refused is never planned.
      egress: egress as Egress,
      ...(account === undefined ? {} : { account }),
      ...(zoneLetters === undefined ? {} : { zoneLetters }),
      ...(cidr === undefined ? {} : { cidr }),
      ...(alarmEmail === undefined ? {} : { alarmEmail }),
    });
  },
  rehearsed: ({ account: _another, ...config }) => config,
  plan: planFleet,
  price: priceFleet,
  interrupts: interruptsFleet,
  deployment: () => import("./pulumi.ts"),
  operations: () => import("./operations.ts"),
  preflight: () => import("./preflight.ts"),
});
