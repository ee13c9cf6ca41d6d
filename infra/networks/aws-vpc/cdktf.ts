import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group/index.js";
import { Eip } from "@cdktf/provider-aws/lib/eip/index.js";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway/index.js";
import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway/index.js";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider/index.js";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table/index.js";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association/index.js";
import { Route } from "@cdktf/provider-aws/lib/route/index.js";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic/index.js";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription/index.js";
import { Subnet } from "@cdktf/provider-aws/lib/subnet/index.js";
import { Vpc } from "@cdktf/provider-aws/lib/vpc/index.js";
import { firewallMakers } from "../../aws/cdktf.ts";
import { addAll, given, type Makers, type Module } from "../../aws/cdktf-graph.ts";
import { withLiterals } from "../../aws/cdktf-text.ts";
import type { NetworkResource } from "./graph.ts";
import type { AwsVpcPlan } from "./plan.ts";

/** The VPC, and the provider that everything of the module is made with: in its region and account. */
export function addNetwork({ region, account, tags, resources }: AwsVpcPlan, module: Module): void {
  const provider = new AwsProvider(module.scope, "aws", {
    region,
    ...given({ allowedAccountIds: account === undefined ? undefined : [account] }),
    defaultTags: [{ tags: withLiterals(tags) }],
  });
  module.around.push(provider);
  addAll(resources, makers, module);
}

const makers: Makers<NetworkResource> = {
  ...firewallMakers,

  vpc: ({ name, cidrBlock, enableDnsSupport, enableDnsHostnames, tags }, { scope }) =>
    new Vpc(scope, name, { cidrBlock, enableDnsSupport, enableDnsHostnames, tags }),

  internet_gateway: ({ name, vpcId, tags }, { scope, text }) =>
    new InternetGateway(scope, name, { vpcId: text(vpcId), tags }),

  subnet: ({ name, vpcId, cidrBlock, availabilityZone, mapPublicIpOnLaunch, tags }, { scope, text }) =>
    new Subnet(scope, name, { vpcId: text(vpcId), cidrBlock, availabilityZone, mapPublicIpOnLaunch, tags }),

  route_table: ({ name, vpcId, tags }, { scope, text }) =>
    new RouteTable(scope, name, { vpcId: text(vpcId), tags }),

  route: ({ name, routeTableId, destinationCidrBlock, gatewayId, natGatewayId }, { scope, text }) =>
    new Route(scope, name, {
      routeTableId: text(routeTableId),
      destinationCidrBlock,
      ...given({
        gatewayId: gatewayId && text(gatewayId),
        natGatewayId: natGatewayId && text(natGatewayId),
      }),
    }),

  route_table_association: ({ name, routeTableId, subnetId }, { scope, text }) =>
    new RouteTableAssociation(scope, name, { routeTableId: text(routeTableId), subnetId: text(subnetId) }),

  eip: ({ name, domain, tags }, { scope }) => new Eip(scope, name, { domain, tags }),

  nat_gateway: ({ name, allocationId, subnetId, tags }, { scope, text }) =>
    new NatGateway(scope, name, { allocationId: text(allocationId), subnetId: text(subnetId), tags }),

  default_security_group: ({ name, vpcId, tags }, { scope, text }) =>
    new DefaultSecurityGroup(scope, name, { vpcId: text(vpcId), tags }),

  sns_topic: ({ name, topicName }, { scope }) => new SnsTopic(scope, name, { name: topicName }),

  sns_topic_subscription: ({ name, topicArn, protocol, endpoint }, { scope, text }) =>
    new SnsTopicSubscription(scope, name, { topicArn: text(topicArn), protocol, endpoint }),
};
