import type { Graph } from "../../aws/graph.ts";
import { reference, type Reference } from "../../aws/references.ts";
import type { NetworkPlan } from "../../network.ts";
import { cidrOf, sixteenth, textOf } from "./cidr.ts";
import type { NetworkResource, Route, RouteTable, RouteTableAssociation, Subnet } from "./graph.ts";
import { zonesOf } from "./regions.ts";

/** How tasks reach the internet. */
export type Egress = "public-ip" | "nat" | "nat-per-zone";

/** What a fleet says of its VPC; what it does not, is chosen here. */
export interface VpcRequest {
  readonly stack: string;
  readonly production: boolean;
  readonly region: string;
  readonly account?: string;
  /** In how many zones it is. */
  readonly zones?: 2 | 3;
  /** Which ones, for an account that has others. */
  readonly zoneLetters?: string;
  readonly cidr?: string;
  readonly egress?: Egress;
  /** Who is told of alarms. */
  readonly alarmEmail?: string;
}

/** A VPC, and what all that the stack has in it shares; the rest of the stack refers to it by these. */
export interface AwsVpcPlan extends NetworkPlan {
  readonly kind: "aws-vpc";
  readonly name: `private:aws/${string}`;
  readonly region: string;
  /** The account that it has to be, of 12 digits. */
  readonly account?: string;
  /** Of every resource of the stack. */
  readonly tags: Readonly<Record<string, string>>;
  readonly egress: Egress;
  readonly resources: Graph<NetworkResource>;
  readonly vpc: Reference;
  /** Names of what has to be there before anything in it reaches the internet, and after that. */
  readonly waysOut: readonly string[];
  /** Where load balancers are. */
  readonly publicSubnets: readonly Reference[];
  readonly taskSubnets: readonly Reference[];
  readonly assignPublicIp: boolean;
  /** Without a way out or in. */
  readonly storeSubnets: readonly Reference[];
  /** The security group of whoever may reach the store. */
  readonly storeClients: Reference;
  /** ARN of the topic that alarms go to. */
  readonly alarms: Reference;
}

/** Of 4,096 addresses, 256 for each subnet. */
export const DEFAULT_CIDR = "10.40.0.0/20";
const EVERYWHERE = "0.0.0.0/0";
/** Which of the sixteen parts of the VPC: the kinds of subnet stay where they are when a zone is added. */
const PARTS = { public: 0, private: 4, store: 8 } as const;

type Kind = keyof typeof PARTS;

/** Two zones and public addresses, unless told. @throws Error for a region or a CIDR that is none */
export function planVpc(request: VpcRequest): AwsVpcPlan {
  const {
    stack,
    production,
    region,
    account,
    egress = "public-ip",
    cidr = DEFAULT_CIDR,
    alarmEmail,
  } = request;
  const zones = zonesOf(region, request.zones ?? 2, request.zoneLetters);
  const parts = { stack, cidr, zones };
  const isPublic = egress === "public-ip";
  const kinds: readonly Kind[] = isPublic ? ["public", "store"] : ["public", "private", "store"];
  const routes = [...publicRoutes(parts), ...(isPublic ? [] : natRoutes(parts, egress))];
  return {
    kind: "aws-vpc",
    name: `private:aws/${region}`,
    region,
    ...(account === undefined ? {} : { account }),
    tags: { "oxy:stack": stack, "oxy:production": `${production}`, "managed-by": "oxy-workers" },
    egress,
    resources: [
      ...base(stack, cidr),
      ...kinds.flatMap((kind) => subnets(kind, parts)),
      ...routes,
      ...shared(stack, alarmEmail),
    ],
    vpc: VPC,
    waysOut: routes
      .filter(({ type }) => type === "route" || type === "route_table_association")
      .map(({ name }) => name),
    publicSubnets: references("public", zones),
    taskSubnets: references(isPublic ? "public" : "private", zones),
    assignPublicIp: isPublic,
    storeSubnets: references("store", zones),
    storeClients: reference("network-store-clients", "id"),
    alarms: reference("network-alarms", "arn"),
  };
}

/** @throws Error for another network, or none: a host or store that is put into a VPC comes with it */
export function requireVpc(within: NetworkPlan | undefined): AwsVpcPlan {
  if (within?.kind !== "aws-vpc")
    throw new Error(`expected the VPC that it is put into, got ${within?.kind ?? "nothing"}`);
  return within as AwsVpcPlan;
}

const VPC = reference("network-vpc", "id");

interface Parts {
  readonly stack: string;
  readonly cidr: string;
  readonly zones: readonly string[];
}

function base(stack: string, cidrBlock: string): NetworkResource[] {
  const tags = { Name: `oxy-${stack}` };
  return [
    { type: "vpc", name: "network-vpc", cidrBlock, enableDnsSupport: true, enableDnsHostnames: true, tags },
    { type: "internet_gateway", name: "network-internet", vpcId: VPC, tags },
    {
      type: "default_security_group",
      name: "network-default",
      vpcId: VPC,
      tags: { Name: `oxy-${stack}-default` },
    },
  ];
}

/** One in each zone. A task is given a public address by its service, and nothing else is. */
function subnets(kind: Kind, { stack, cidr, zones }: Parts): Subnet[] {
  return zones.map((zone, index) => ({
    type: "subnet",
    name: subnetName(kind, zone),
    vpcId: VPC,
    cidrBlock: textOf(sixteenth(cidrOf(cidr), PARTS[kind] + index)),
    availabilityZone: zone,
    mapPublicIpOnLaunch: false,
    tags: { Name: `oxy-${stack}-${kind}-${letterOf(zone)}` },
  }));
}

function publicRoutes({ stack, zones }: Parts): (RouteTable | Route | RouteTableAssociation)[] {
  const table = "network-public-routes";
  return [
    { type: "route_table", name: table, vpcId: VPC, tags: { Name: `oxy-${stack}-public` } },
    {
      type: "route",
      name: "network-public-way-out",
      routeTableId: reference(table, "id"),
      destinationCidrBlock: EVERYWHERE,
      gatewayId: reference("network-internet", "id"),
    },
    ...zones.map((zone) => associated("public", zone, table)),
  ];
}

/** Through a NAT gateway of the zone, or through the one that there is, with which every zone fails. */
function natRoutes({ stack, zones }: Parts, egress: Egress): NetworkResource[] {
  const own = egress === "nat-per-zone" ? zones : zones.slice(0, 1);
  const gateways = own.flatMap((zone) => natGateway(stack, zone));
  const tables = own.flatMap((zone) => privateTable(stack, zone));
  const associations = zones.map((zone) =>
    associated("private", zone, tableName(own.includes(zone) ? zone : (own[0] ?? zone))),
  );
  return [...gateways, ...tables, ...associations];
}

/** AWS makes neither where the VPC has no internet gateway yet. */
function natGateway(stack: string, zone: string): NetworkResource[] {
  const letter = letterOf(zone);
  const tags = { Name: `oxy-${stack}-nat-${letter}` };
  const after = ["network-public-way-out"];
  return [
    { type: "eip", name: `network-nat-address-${letter}`, domain: "vpc", tags, after },
    {
      type: "nat_gateway",
      name: `network-nat-${letter}`,
      allocationId: reference(`network-nat-address-${letter}`, "id"),
      subnetId: reference(subnetName("public", zone), "id"),
      tags,
      after,
    },
  ];
}

function privateTable(stack: string, zone: string): NetworkResource[] {
  const letter = letterOf(zone);
  return [
    {
      type: "route_table",
      name: tableName(zone),
      vpcId: VPC,
      tags: { Name: `oxy-${stack}-private-${letter}` },
    },
    {
      type: "route",
      name: `network-private-way-out-${letter}`,
      routeTableId: reference(tableName(zone), "id"),
      destinationCidrBlock: EVERYWHERE,
      natGatewayId: reference(`network-nat-${letter}`, "id"),
    },
  ];
}

/** Who may reach the store, and who is told. */
function shared(stack: string, alarmEmail: string | undefined): NetworkResource[] {
  const clients = `oxy-${stack}-store-clients`;
  const subscription: NetworkResource[] =
    alarmEmail === undefined
      ? []
      : [
          {
            type: "sns_topic_subscription",
            name: "network-alarms-email",
            topicArn: reference("network-alarms", "arn"),
            protocol: "email",
            endpoint: alarmEmail,
          },
        ];
  return [
    {
      type: "security_group",
      name: "network-store-clients",
      groupName: clients,
      description: "Tasks that may reach the store of the stack",
      vpcId: VPC,
      tags: { Name: clients },
    },
    { type: "sns_topic", name: "network-alarms", topicName: `oxy-${stack}-alarms` },
    ...subscription,
  ];
}

function associated(kind: Kind, zone: string, table: string): RouteTableAssociation {
  return {
    type: "route_table_association",
    name: `network-${kind}-routed-${letterOf(zone)}`,
    routeTableId: reference(table, "id"),
    subnetId: reference(subnetName(kind, zone), "id"),
  };
}

function references(kind: Kind, zones: readonly string[]): readonly Reference[] {
  return zones.map((zone) => reference(subnetName(kind, zone), "id"));
}

function subnetName(kind: Kind, zone: string): string {
  return `network-${kind}-${letterOf(zone)}`;
}

function tableName(zone: string): string {
  return `network-private-routes-${letterOf(zone)}`;
}

/** `us-east-1a` is zone a. */
function letterOf(zone: string): string {
  return zone.slice(-1);
}
