import { reference } from "../../aws/references.ts";
import { HTTP, HTTPS } from "./balancer.ts";
import type { FleetParts } from "./fleet-parts.ts";
import type { FleetResource } from "./graph.ts";

const EVERYWHERE = "0.0.0.0/0";
/** Tasks reach everybody, and nobody reaches them but their load balancer, where they have one. */
export function firewallNodes(parts: FleetParts): FleetResource[] {
  const { fleet, title, open } = parts;
  const tasks = reference(`${fleet}-tasks`, "id");
  return [
    group(parts, "tasks", "The tasks of the fleet", `${title}-tasks`),
    {
      type: "vpc_security_group_egress_rule",
      name: `${fleet}-tasks-out`,
      securityGroupId: tasks,
      description: "WhatsApp, the AI and AWS, wherever they are",
      ipProtocol: "-1",
      cidrIpv4: EVERYWHERE,
    },
    ...(open === undefined ? [] : balancerRules(parts, open.port)),
  ];
}

function balancerRules(parts: FleetParts, port: number): FleetResource[] {
  const { fleet, title, config } = parts;
  const own = reference(`${fleet}-public-access`, "id");
  const tasks = reference(`${fleet}-tasks`, "id");
  const ports = config.certificateArn === undefined ? [HTTP] : [HTTP, HTTPS];
  return [
    group(parts, "public-access", "The load balancer of the fleet", `${title}-public`),
    ...ports.map((open): FleetResource => ({
      type: "vpc_security_group_ingress_rule",
      name: `${fleet}-public-in-${open}`,
      securityGroupId: own,
      description: open === HTTP && ports.length > 1 ? "Sent on to HTTPS" : "The internet",
      ipProtocol: "tcp",
      fromPort: open,
      toPort: open,
      cidrIpv4: EVERYWHERE,
    })),
    {
      type: "vpc_security_group_egress_rule",
      name: `${fleet}-public-out`,
      securityGroupId: own,
      description: "The tasks of the fleet",
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      referencedSecurityGroupId: tasks,
    },
    {
      type: "vpc_security_group_ingress_rule",
      name: `${fleet}-tasks-in`,
      securityGroupId: tasks,
      description: "The load balancer of the fleet",
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      referencedSecurityGroupId: own,
    },
  ];
}

function group(
  { fleet, vpc }: FleetParts,
  name: string,
  description: string,
  groupName: string,
): FleetResource {
  return {
    type: "security_group",
    name: `${fleet}-${name}`,
    groupName,
    description,
    vpcId: vpc.vpc,
    tags: { Name: groupName },
  };
}
