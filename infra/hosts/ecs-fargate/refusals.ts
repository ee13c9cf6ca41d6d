import type { Circumstances } from "../../host.ts";
import {
  addressesOfSubnet,
  aligned,
  cidrOf,
  cidrRefusal,
  overlap,
  readCidr,
} from "../../networks/aws-vpc/cidr.ts";
import { DEFAULT_CIDR } from "../../networks/aws-vpc/plan.ts";
import { ZONES } from "../../networks/aws-vpc/regions.ts";
import type { EcsFargateFleetConfig } from "./config.ts";
import { ecrRepositoryOf } from "./image-source.ts";
import { titleOf } from "./plan.ts";
import { chosenOf, type Chosen } from "./presets.ts";

/** `oxy-<stack>_<fleet>-execution` is the longest name made of it, of a role: 64 characters at the most. */
const LONGEST_TITLE = 64 - "-execution".length;
/** What a load balancer keeps free in each of its subnets. Source: AWS docs, subnets of an Application Load Balancer, 2026. */
const BALANCER_ADDRESSES = 8;
/** Names that ECR takes. Source: ECR API, CreateRepository, 2026. */
const REPOSITORY_NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

/** What of a fleet's configuration cannot work, each `field: expected …, got …`. */
export function refusalsOf(config: EcsFargateFleetConfig, circumstances: Circumstances): string[] {
  const chosen = chosenOf(config);
  return [
    ...networkRefusals(config, chosen),
    ...addressRefusals(config, chosen),
    ...capacityRefusals(chosen),
    ...balancerRefusals(config, chosen, circumstances),
    ...registryRefusals(config, circumstances),
    ...nameRefusals(circumstances),
  ];
}

function networkRefusals(
  { region, zoneLetters, cidr, peerCidr }: EcsFargateFleetConfig,
  { egress, zones }: Chosen,
): string[] {
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
    ...(zoneLetters === undefined || (zoneLetters.length === zones && new Set(zoneLetters).size === zones)
      ? []
      : [`zoneLetters: expected ${zones} different ones, because zones says so, got ${zoneLetters}`]),
    ...(refusal === undefined
      ? overlapRefusals(cidr ?? DEFAULT_CIDR, peerCidr)
      : [`cidr: expected ${refusal}, got ${cidr}`]),
  ];
}

function overlapRefusals(cidr: string, peerCidr: string | undefined): string[] {
  if (peerCidr === undefined) return [];
  const peer = readCidr(peerCidr);
  if (peer === undefined) return [`peerCidr: expected an IPv4 network such as 10.0.0.0/16, got ${peerCidr}`];
  if (!overlap(cidrOf(cidr), aligned(peer))) return [];
  return [
    `cidr: expected a network that does not overlap ${peerCidr}, because networks that do cannot be connected, got ${cidr}`,
  ];
}

/** An update runs each task twice, and a subnet has no more addresses later. */
function addressRefusals({ cidr }: EcsFargateFleetConfig, chosen: Chosen): string[] {
  if (cidr === undefined || cidrRefusal(cidr) !== undefined) return [];
  const { zones, egress, loadBalancer, services, maxInstances } = chosen;
  const needed = 2 * (maxInstances + (services === "two" ? 1 : 0));
  const shared = loadBalancer && egress === "public-ip" ? BALANCER_ADDRESSES : 0;
  const free = zones * (addressesOfSubnet(cidrOf(cidr)) - shared);
  return [
    ...(loadBalancer && cidrOf(cidr).prefix > 23
      ? [
          `cidr: expected a network from /16 to /23, because a load balancer takes subnets of /27 and larger, got ${cidr}`,
        ]
      : []),
    ...(needed > free
      ? [
          `cidr: expected a network with more addresses, because an update of maxInstances ${maxInstances} has ${needed} tasks for a while and their subnets have room for ${free}, got ${cidr}`,
        ]
      : []),
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

function registryRefusals(
  { registryUser, repository }: EcsFargateFleetConfig,
  { secrets, image, stack, name }: Circumstances,
): string[] {
  const hasPassword = secrets.includes("OXY_REGISTRY_PASSWORD");
  const title = titleOf(stack, name);
  return [
    ...(registryUser !== undefined && !hasPassword
      ? [
          `registryUser: expected the password beside it (npx oxy secret set -s ${stack} OXY_REGISTRY_PASSWORD), got only ${registryUser}`,
        ]
      : []),
    ...(registryUser === undefined && hasPassword
      ? ["registryUser: expected the user that secrets.OXY_REGISTRY_PASSWORD is of, got nothing"]
      : []),
    ...(registryUser !== undefined && ecrRepositoryOf(image.reference) !== undefined
      ? [`registryUser: expected nothing, because ECR lets tasks in by their role, got ${registryUser}`]
      : []),
    ...(repository && !REPOSITORY_NAME.test(title)
      ? [
          `repository: expected false, because ECR takes no name with -- in it or - at its end such as ${title}, got true`,
        ]
      : []),
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
