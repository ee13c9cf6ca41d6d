import { attributeOf, textOf, type Account, type Held } from "./account.ts";

const EVERYWHERE = "0.0.0.0/0";
const RULES = {
  ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  egress: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
} as const;

/** Whether security groups let a connection pass: out of one of the first, and into one of the second. */
export function connects(
  account: Account,
  from: readonly string[],
  to: readonly string[],
  port: number,
): boolean {
  return (
    from.some((group) => hasRule(account, "egress", group, to, port)) &&
    to.some((group) => hasRule(account, "ingress", group, from, port))
  );
}

/** Whether anything of the internet can be reached, and with that a registry and AWS itself. */
export function reachesInternet(
  account: Account,
  {
    subnets,
    securityGroups,
    assignPublicIp,
  }: {
    readonly subnets: readonly string[];
    readonly securityGroups: readonly string[];
    readonly assignPublicIp: boolean;
  },
): boolean {
  const isLetOut = securityGroups.some((group) => hasRule(account, "egress", group, [EVERYWHERE], 443));
  return isLetOut && subnets.every((subnet) => hasWayOut(account, subnet, assignPublicIp));
}

/** @param peers security groups, or addresses */
function hasRule(
  account: Account,
  direction: keyof typeof RULES,
  group: string,
  peers: readonly string[],
  port: number,
): boolean {
  return account.having(RULES[direction], "securityGroupId", group).some((rule) => {
    const peer = textOf(rule, "referencedSecurityGroupId") || textOf(rule, "cidrIpv4");
    return (peer === EVERYWHERE || peers.includes(peer)) && isAbout(rule, port);
  });
}

function isAbout(rule: Held, port: number): boolean {
  const protocol = textOf(rule, "ipProtocol");
  if (protocol === "-1") return true;
  const [from, to] = [Number(attributeOf(rule, "fromPort")), Number(attributeOf(rule, "toPort"))];
  return protocol === "tcp" && from <= port && port <= to;
}

/** Through a NAT gateway, or by an address of its own through the internet gateway. */
function hasWayOut(account: Account, subnet: string, hasPublicIp: boolean): boolean {
  return account
    .having("aws:ec2/routeTableAssociation:RouteTableAssociation", "subnetId", subnet)
    .flatMap((association) =>
      account.having("aws:ec2/route:Route", "routeTableId", attributeOf(association, "routeTableId")),
    )
    .filter((route) => textOf(route, "destinationCidrBlock") === EVERYWHERE)
    .some(
      (route) => textOf(route, "natGatewayId") !== "" || (hasPublicIp && textOf(route, "gatewayId") !== ""),
    );
}
