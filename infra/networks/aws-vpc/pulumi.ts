import { DefaultSecurityGroup } from "@pulumi/aws/ec2/defaultSecurityGroup.js";
import { Eip } from "@pulumi/aws/ec2/eip.js";
import { InternetGateway } from "@pulumi/aws/ec2/internetGateway.js";
import { NatGateway } from "@pulumi/aws/ec2/natGateway.js";
import { Route } from "@pulumi/aws/ec2/route.js";
import { RouteTable } from "@pulumi/aws/ec2/routeTable.js";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation.js";
import { Subnet } from "@pulumi/aws/ec2/subnet.js";
import { Vpc } from "@pulumi/aws/ec2/vpc.js";
import { Provider } from "@pulumi/aws/provider.js";
import { Topic } from "@pulumi/aws/sns/topic.js";
import { TopicSubscription } from "@pulumi/aws/sns/topicSubscription.js";
import { firewallMakers } from "../../aws/pulumi.ts";
import { makeAll, type Makers } from "../../aws/pulumi-graph.ts";
import type { NetworkDeployment, StackResources } from "../../stack-resources.ts";
import type { NetworkResource } from "./graph.ts";
import type { AwsVpcPlan } from "./plan.ts";

/** The VPC, and the provider that everything of the stack at AWS is made with: in its region and account. */
export function deployNetwork(
  { region, account, tags, resources: graph }: AwsVpcPlan,
  resources: Omit<StackResources, "store" | "network">,
): NetworkDeployment {
  const provider = new Provider(`aws-${region}`, {
    region,
    allowedAccountIds: account === undefined ? undefined : [account],
    defaultTags: { tags },
  });
  const options = { provider, dependsOn: resources.dependsOn };
  return { options, resources: makeAll(graph, makers, { options, secret: resources.secret }) };
}

const makers: Makers<NetworkResource> = {
  ...firewallMakers,

  vpc: ({ name, cidrBlock, enableDnsSupport, enableDnsHostnames, tags }, { options }) =>
    new Vpc(name, { cidrBlock, enableDnsSupport, enableDnsHostnames, tags }, options),

  internet_gateway: ({ name, vpcId, tags }, { options, text }) =>
    new InternetGateway(name, { vpcId: text(vpcId), tags }, options),

  subnet: ({ name, vpcId, cidrBlock, availabilityZone, mapPublicIpOnLaunch, tags }, { options, text }) =>
    new Subnet(name, { vpcId: text(vpcId), cidrBlock, availabilityZone, mapPublicIpOnLaunch, tags }, options),

  route_table: ({ name, vpcId, tags }, { options, text }) =>
    new RouteTable(name, { vpcId: text(vpcId), tags }, options),

  route: (
    { name, routeTableId, destinationCidrBlock, gatewayId, natGatewayId },
    { options, text, textIfAny },
  ) =>
    new Route(
      name,
      {
        routeTableId: text(routeTableId),
        destinationCidrBlock,
        gatewayId: textIfAny(gatewayId),
        natGatewayId: textIfAny(natGatewayId),
      },
      options,
    ),

  route_table_association: ({ name, routeTableId, subnetId }, { options, text }) =>
    new RouteTableAssociation(name, { routeTableId: text(routeTableId), subnetId: text(subnetId) }, options),

  eip: ({ name, domain, tags }, { options }) => new Eip(name, { domain, tags }, options),

  nat_gateway: ({ name, allocationId, subnetId, tags }, { options, text }) =>
    new NatGateway(name, { allocationId: text(allocationId), subnetId: text(subnetId), tags }, options),

  default_security_group: ({ name, vpcId, tags }, { options, text }) =>
    new DefaultSecurityGroup(name, { vpcId: text(vpcId), tags }, options),

  sns_topic: ({ name, topicName }, { options }) => new Topic(name, { name: topicName }, options),

  sns_topic_subscription: ({ name, topicArn, protocol, endpoint }, { options, text }) =>
    new TopicSubscription(name, { topic: text(topicArn), protocol, endpoint }, options),
};
