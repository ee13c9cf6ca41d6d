import type { Resource } from "../../aws/graph.ts";
import type { Text } from "../../aws/references.ts";

/** Tags that a console shows a resource by. */
type Tags = Readonly<Record<string, string>>;

interface Vpc extends Resource {
  readonly type: "vpc";
  readonly cidrBlock: string;
  readonly enableDnsSupport: boolean;
  readonly enableDnsHostnames: boolean;
  readonly tags: Tags;
}

interface InternetGateway extends Resource {
  readonly type: "internet_gateway";
  readonly vpcId: Text;
  readonly tags: Tags;
}

export interface Subnet extends Resource {
  readonly type: "subnet";
  readonly vpcId: Text;
  readonly cidrBlock: string;
  readonly availabilityZone: string;
  readonly mapPublicIpOnLaunch: boolean;
  readonly tags: Tags;
}

export interface RouteTable extends Resource {
  readonly type: "route_table";
  readonly vpcId: Text;
  readonly tags: Tags;
}

/** A route to everywhere, through one of the two. */
export interface Route extends Resource {
  readonly type: "route";
  readonly routeTableId: Text;
  readonly destinationCidrBlock: string;
  readonly gatewayId?: Text;
  readonly natGatewayId?: Text;
}

export interface RouteTableAssociation extends Resource {
  readonly type: "route_table_association";
  readonly routeTableId: Text;
  readonly subnetId: Text;
}

interface Eip extends Resource {
  readonly type: "eip";
  readonly domain: "vpc";
  readonly tags: Tags;
}

interface NatGateway extends Resource {
  readonly type: "nat_gateway";
  readonly allocationId: Text;
  readonly subnetId: Text;
  readonly tags: Tags;
}

/** The one that AWS makes by itself, without its rules: nothing may be let in by oversight. */
interface DefaultSecurityGroup extends Resource {
  readonly type: "default_security_group";
  readonly vpcId: Text;
  readonly tags: Tags;
}

export interface SecurityGroup extends Resource {
  readonly type: "security_group";
  readonly groupName: string;
  readonly description: string;
  readonly vpcId: Text;
  readonly tags: Tags;
}

/** From another security group, or from addresses. */
export interface IngressRule extends Resource {
  readonly type: "vpc_security_group_ingress_rule";
  readonly securityGroupId: Text;
  readonly description: string;
  readonly ipProtocol: "tcp";
  readonly fromPort: number;
  readonly toPort: number;
  readonly referencedSecurityGroupId?: Text;
  readonly cidrIpv4?: string;
}

/** `-1`: every protocol, and then no ports. */
export interface EgressRule extends Resource {
  readonly type: "vpc_security_group_egress_rule";
  readonly securityGroupId: Text;
  readonly description: string;
  readonly ipProtocol: "-1" | "tcp";
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly referencedSecurityGroupId?: Text;
  readonly cidrIpv4?: string;
}

/** Where the stack's alarms go. */
interface Topic extends Resource {
  readonly type: "sns_topic";
  readonly topicName: string;
}

interface TopicSubscription extends Resource {
  readonly type: "sns_topic_subscription";
  readonly topicArn: Text;
  readonly protocol: "email";
  readonly endpoint: string;
}

export type NetworkResource =
  | Vpc
  | InternetGateway
  | Subnet
  | RouteTable
  | Route
  | RouteTableAssociation
  | Eip
  | NatGateway
  | DefaultSecurityGroup
  | SecurityGroup
  | IngressRule
  | EgressRule
  | Topic
  | TopicSubscription;
