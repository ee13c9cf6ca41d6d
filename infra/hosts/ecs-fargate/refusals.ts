import type { Circumstances } from "../../host.ts";
import { cidrRefusal } from "../../networks/aws-vpc/cidr.ts";
import { ZONES } from "../../networks/aws-vpc/regions.ts";
import type { EcsFargateFleetConfig } from "./config.ts";
import { titleOf } from "./plan.ts";
import { chosenOf, type Chosen } from "./presets.ts";

/** `oxy-<stack>-<fleet>-execution` is the longest name made of it, of a role: 64 characters at the most. */
const LONGEST_TITLE = 64 - "-execution".length;

/** What of a fleet's configuration cannot work, each `field: expected …, got …`. */
export function refusalsOf(config: EcsFargateFleetConfig, circumstances: Circumstances): string[] {
  const chosen = chosenOf(config);
  return [
    ...networkRefusals(config, chosen),
    ...capacityRefusals(chosen),
    ...balancerRefusals(config, chosen, circumstances),
    ...registryRefusals(config, circumstances),
    ...nameRefusals(circumstances),
  ];
}

function networkRefusals({ region, cidr }: EcsFargateFleetConfig, { egress, zones }: Chosen): string[] {
  const there = ZONES[region].length;
  const refusal = cidr === undefined ? undefined : cidrRefusal(cidr);
  return [
    ...(egress === "endpoints"
      ? [
          "egress: expected public-ip, nat or nat-per-zone, because endpoints lead to AWS alone and the tasks could not reach WhatsApp and the AI, got endpoints",
        ]
      : []),
    ...(zones > there
      ? [`zones: expected ${there}, because ${region} gives an account no more, got ${zones}`]
      : []),
    ...(refusal === undefined ? [] : [`cidr: expected ${refusal}, got ${cidr}`]),
  ];
}

function capacityRefusals({ spot, onDemandBase, instances, maxInstances }: Chosen): string[] {
  return [
    ...(spot > 0 && onDemandBase === 0
      ? [
          "onDemandBase: expected 1 or more, because Spot may have no capacity for hours and nobody would hold the sessions, got 0",
        ]
      : []),
    ...(maxInstances < instances
      ? [`maxInstances: expected ${instances} or more, because instances says so, got ${maxInstances}`]
      : []),
  ];
}

function balancerRefusals(
  { certificateArn, domain, region }: EcsFargateFleetConfig,
  { loadBalancer }: Chosen,
  { production }: Circumstances,
): string[] {
  const wants = certificateArn !== undefined;
  const [, , , of] = certificateArn?.split(":") ?? [];
  return [
    ...(wants === (domain !== undefined)
      ? []
      : [
          wants
            ? "domain: expected the name that the certificate is for, got nothing"
            : "certificateArn: expected the certificate of the domain, got nothing",
        ]),
    ...(wants && !loadBalancer
      ? ["loadBalancer: expected true, because there is a certificate for it, got false"]
      : []),
    ...(of !== undefined && of !== region
      ? [`certificateArn: expected a certificate of ${region}, where the load balancer is, got one of ${of}`]
      : []),
    ...(production && loadBalancer && !wants
      ? [
          "certificateArn: expected a certificate in production, because the token of the admin API would cross the internet in clear, got nothing",
        ]
      : []),
  ];
}

function registryRefusals({ registryUser }: EcsFargateFleetConfig, { secrets }: Circumstances): string[] {
  const hasPassword = secrets.includes("OXY_REGISTRY_PASSWORD");
  if (registryUser === undefined || hasPassword) return [];
  return [
    `registryUser: expected the password beside it (npx oxy secret set OXY_REGISTRY_PASSWORD), got only ${registryUser}`,
  ];
}

function nameRefusals({ stack, name }: Circumstances): string[] {
  const title = titleOf(stack, name);
  if (title.length <= LONGEST_TITLE) return [];
  return [
    `name: expected stack and fleet with names of ${LONGEST_TITLE - "oxy--".length} characters together at the most, ` +
      `because a role is named ${title}-execution, got ${stack.length + name.length}`,
  ];
}
