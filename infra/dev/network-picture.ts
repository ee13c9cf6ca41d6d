import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { projectDirectory } from "../home.ts";
import type { FleetResource } from "../hosts/ecs-fargate/graph.ts";
import type { AwsVpcPlan } from "../networks/aws-vpc/plan.ts";
import type { StackPlan } from "../plan.ts";
import type { StoreResource } from "../stores/elasticache/graph.ts";
import { networkPicture } from "./network-picture/picture.ts";
import { parityStacks } from "./parity/stacks.ts";

/** Each picture of docs/hosts, and the stack that it is of. */
const PICTURES: Readonly<Record<string, string>> = {
  "ecs-fargate-public-ip.svg": "aws-recommended",
  "ecs-fargate-nat.svg": "production behind a certificate, a NAT in each zone",
};

/** By their paths in the project. */
export async function networkPictures(): Promise<Readonly<Record<string, string>>> {
  const stacks = await parityStacks();
  const drawn = Object.entries(PICTURES).map(([file, name]) => {
    const plan = stacks[name];
    if (plan === undefined) throw new Error(`${file}: expected a stack named ${name}, got none`);
    return [`docs/hosts/${file}`, pictureOf(plan)];
  });
  return Object.fromEntries(drawn) as Record<string, string>;
}

function pictureOf({ networks: [network], fleets, store }: StackPlan): string {
  return networkPicture({
    network: network as AwsVpcPlan,
    fleet: fleets.flatMap((fleet) => (fleet as unknown as { resources: readonly FleetResource[] }).resources),
    store: (store as unknown as { resources?: readonly StoreResource[] }).resources ?? [],
  });
}

/** Run directly, this module draws them. */
if (import.meta.main)
  for (const [path, picture] of Object.entries(await networkPictures()))
    await writeFile(join(projectDirectory, path), picture);
