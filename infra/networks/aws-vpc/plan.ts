import type { Graph } from "../../aws/graph.ts";
import type { Reference } from "../../aws/references.ts";
import type { NetworkPlan } from "../../network.ts";
import type { NetworkResource } from "./graph.ts";

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

export declare function planVpc(request: VpcRequest): AwsVpcPlan;
