import { reference } from "../../aws/references.ts";
import type { FleetParts } from "./fleet-parts.ts";
import type { FleetResource } from "./graph.ts";

/** TLS 1.2 and 1.3 with forward secrecy. Source: AWS docs, security policies for an Application Load Balancer, 2026-08. */
const TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06";
/** Its ports: those of the web. */
export const HTTP = 80;
export const HTTPS = 443;
/** 6 characters at the most. */
const NAME_PREFIX = "oxy-";
/** A pairing that is watched is asked for again and again: a connection may idle between two answers, in s. */
const IDLE_SECONDS = 120;
/** For requests that are under way; the task itself drains for longer. */
const DEREGISTRATION_SECONDS = 10;

/** What the internet reaches of the fleet, where it wants to be reached. */
export function balancerNodes(parts: FleetParts): FleetResource[] {
  const { fleet, vpc, open, request } = parts;
  if (open === undefined) return [];
  return [
    {
      type: "lb",
      name: `${fleet}-public`,
      namePrefix: NAME_PREFIX,
      loadBalancerType: "application",
      internal: false,
      subnets: vpc.publicSubnets,
      securityGroups: [reference(`${fleet}-public-access`, "id")],
      dropInvalidHeaderFields: true,
      // It holds nothing: what is deleted by oversight is made again.
      enableDeletionProtection: false,
      idleTimeout: IDLE_SECONDS,
      // AWS makes none that faces an internet which its VPC has no gateway to.
      after: vpc.waysOut,
    },
    {
      type: "lb_target_group",
      name: `${fleet}-public-target`,
      namePrefix: NAME_PREFIX,
      vpcId: vpc.vpc,
      targetType: "ip",
      protocol: "HTTP",
      port: open.port,
      deregistrationDelay: DEREGISTRATION_SECONDS,
      healthCheck: {
        path: request.workload.health.ready,
        matcher: "200",
        interval: 10,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
      },
    },
    ...listeners(parts),
  ];
}

function listeners({ fleet, config: { certificateArn } }: FleetParts): FleetResource[] {
  const basics = { type: "lb_listener", loadBalancerArn: reference(`${fleet}-public`, "arn") } as const;
  const forward = { type: "forward", targetGroupArn: reference(`${fleet}-public-target`, "arn") } as const;
  if (certificateArn === undefined)
    return [{ ...basics, name: `${fleet}-public-listener`, port: HTTP, protocol: "HTTP", action: forward }];
  return [
    {
      ...basics,
      name: `${fleet}-public-listener`,
      port: HTTPS,
      protocol: "HTTPS",
      certificateArn,
      sslPolicy: TLS_POLICY,
      action: forward,
    },
    {
      ...basics,
      name: `${fleet}-public-redirect`,
      port: HTTP,
      protocol: "HTTP",
      action: { type: "redirect", port: `${HTTPS}`, protocol: "HTTPS", statusCode: "HTTP_301" },
    },
  ];
}
