import { hex } from "../account.ts";
import { arnOf, text, type Kind } from "./kind.ts";

/** Of EC2: its ids are made by AWS. */
function ec2(
  prefix: string,
  resource: string,
  replaceOn: readonly string[],
  more: Kind["outputs"] = undefined,
): Kind {
  return {
    id: () => `${prefix}-${hex(17)}`,
    outputs: (making, id) => ({
      arn: arnOf(making, "ec2", `${resource}/${id}`),
      ownerId: making.account,
      ...more?.(making, id),
    }),
    replaceOn,
  };
}

/** For documentation, as RFC 5737 has it: nobody is there. */
const ADDRESS = "203.0.113.";

export const networkKinds: Readonly<Record<string, Kind>> = {
  "aws:ec2/vpc:Vpc": ec2("vpc", "vpc", ["cidrBlock"], () => ({
    mainRouteTableId: `rtb-${hex(17)}`,
    defaultSecurityGroupId: `sg-${hex(17)}`,
  })),
  "aws:ec2/internetGateway:InternetGateway": ec2("igw", "internet-gateway", []),
  "aws:ec2/subnet:Subnet": ec2("subnet", "subnet", ["vpcId", "cidrBlock", "availabilityZone"]),
  "aws:ec2/routeTable:RouteTable": ec2("rtb", "route-table", ["vpcId"]),
  "aws:ec2/route:Route": {
    id: () => `r-rtb-${hex(17)}${hex(10)}`,
    outputs: () => ({ origin: "CreateRoute", state: "active" }),
    replaceOn: ["routeTableId", "destinationCidrBlock"],
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    id: () => `rtbassoc-${hex(17)}`,
    replaceOn: ["subnetId"],
  },
  "aws:ec2/eip:Eip": ec2("eipalloc", "elastic-ip", ["domain"], (_making, id) => ({
    allocationId: id,
    publicIp: `${ADDRESS}${1 + (Number.parseInt(hex(2), 16) % 254)}`,
  })),
  "aws:ec2/natGateway:NatGateway": ec2("nat", "natgateway", ["allocationId", "subnetId"]),
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ec2("sg", "security-group", ["vpcId"], () => ({
    name: "default",
  })),
  "aws:ec2/securityGroup:SecurityGroup": ec2("sg", "security-group", ["name", "description", "vpcId"]),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule(),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule(),
  "aws:lb/loadBalancer:LoadBalancer": {
    id: (making) =>
      arnOf(making, "elasticloadbalancing", suffixOf("loadbalancer/app", making.inputs["name"])),
    outputs: (_making, id) => ({
      arn: id,
      arnSuffix: id.split(":loadbalancer/")[1] ?? "",
      zoneId: "Z35SXDOTRQ7X7K",
    }),
    replaceOn: ["name", "internal", "loadBalancerType"],
  },
  "aws:lb/targetGroup:TargetGroup": {
    id: (making) => arnOf(making, "elasticloadbalancing", suffixOf("targetgroup", making.inputs["name"])),
    outputs: (_making, id) => ({ arn: id, arnSuffix: id.split(":").at(-1) ?? "" }),
    replaceOn: ["name", "port", "protocol", "targetType", "vpcId"],
  },
  "aws:lb/listener:Listener": {
    id: ({ inputs }) =>
      `${text(inputs["loadBalancerArn"]).replace(":loadbalancer/", ":listener/")}/${hex(16)}`,
    outputs: (_making, id) => ({ arn: id }),
    replaceOn: ["loadBalancerArn"],
  },
};

function rule(): Kind {
  return {
    id: () => `sgr-${hex(17)}`,
    outputs: (making, id) => ({
      arn: arnOf(making, "ec2", `security-group-rule/${id}`),
      securityGroupRuleId: id,
    }),
    replaceOn: ["securityGroupId"],
  };
}

function suffixOf(kind: string, name: Parameters<typeof text>[0]): string {
  return `${kind}/${text(name)}/${hex(16)}`;
}
