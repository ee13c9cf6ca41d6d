import type { Module } from "../aws/cdktf-graph.ts";
import type { Text } from "../aws/references.ts";
import type { EcsFargatePlan } from "../hosts/ecs-fargate/plan.ts";
import type { AwsVpcPlan } from "../networks/aws-vpc/plan.ts";
import type { StackPlan } from "../plan.ts";
import type { ElastiCachePlan } from "../stores/elasticache/plan.ts";
import { commentFor } from "./files.ts";
import type { TerraformJson, Value } from "./terraform-json.ts";

/** A stack that has something Terraform is not told of here; the message is one sentence. */
export class NotSynthesizable extends Error {
  override readonly name = "NotSynthesizable";
}

/** The variable for the address of a store that is not in the module. */
const STORE_ADDRESS: Text = { secret: "REDIS_URL" };

/**
 * What is at AWS of a stack, as Terraform has it: without an engine, an account or a secret, and nothing of this machine
 * is in it. A store that is elsewhere is not in it either: whoever applies it says its address.
 * @throws NotSynthesizable
 */
export async function synthesize(plan: StackPlan): Promise<TerraformJson> {
  const { network, fleets } = requireAws(plan);
  const { emptyModule } = await import("../aws/cdktf-graph.ts");
  const { addNetwork } = await import("../networks/aws-vpc/cdktf.ts");
  const { addFleet } = await import("../hosts/ecs-fargate/cdktf.ts");
  const module = emptyModule(plan.stack);
  addNetwork(network, module);
  const storeUrl = await addStore(plan, module);
  for (const fleet of fleets) addFleet(fleet, module, storeUrl);
  return moduleOf(plan, module);
}

async function addStore({ store }: Pick<StackPlan, "store">, module: Module): Promise<Text> {
  if (store.kind !== "elasticache") return STORE_ADDRESS;
  const mapping = await import("../stores/elasticache/cdktf.ts");
  return mapping.addStore(store as ElastiCachePlan, module);
}

function requireAws({ stack, networks, fleets }: StackPlan) {
  const other = fleets.find(({ host }) => host !== "ecs-fargate");
  const network = networks.find(({ kind }) => kind === "aws-vpc");
  if (other !== undefined || network === undefined)
    throw new NotSynthesizable(
      `stack ${stack}: expected fleets on host ecs-fargate, because only AWS is expressed through CDKTF, got ` +
        `fleet ${other?.name} on host ${other?.host}; oxy export writes the files of other hosts`,
    );
  return { network: network as AwsVpcPlan, fleets: fleets as readonly EcsFargatePlan[] };
}

/** Without what CDKTF notes about itself, and always in the same order. */
function moduleOf({ stack, image }: StackPlan, { scope }: Module): TerraformJson {
  const { resource, variable = {}, output, ...rest } = scope.toTerraform() as Omit<TerraformJson, "//">;
  const { terraform, provider } = rest;
  return {
    "//": commentFor(stack, image),
    terraform,
    provider,
    variable: sorted(variable),
    resource: sorted(resource, (ofType) => sorted(ofType, withoutNotes)),
    ...(output === undefined ? {} : { output: sorted(output) }),
  };
}

function withoutNotes({ "//": _notes, ...properties }: Readonly<Record<string, Value>>) {
  return properties;
}

function sorted<Of>(
  values: Readonly<Record<string, Of>>,
  each: (value: Of) => Of = (value) => value,
): Readonly<Record<string, Of>> {
  return Object.fromEntries(
    Object.entries(values)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value]) => [name, each(value)]),
  );
}
