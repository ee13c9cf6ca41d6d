import { plain, type Plain } from "../../provider/values.ts";
import { textOf, type Account, type Held } from "./account.ts";
import { AwsRefused } from "./refused.ts";

/** Who keeps AWS from deleting something, by the input in which it is named. */
const HOLDERS: Readonly<Record<string, readonly (readonly [type: string, input: string])[]>> = {
  "aws:ec2/vpc:Vpc": [
    ["aws:ec2/subnet:Subnet", "vpcId"],
    ["aws:ec2/internetGateway:InternetGateway", "vpcId"],
    ["aws:ec2/routeTable:RouteTable", "vpcId"],
    ["aws:ec2/securityGroup:SecurityGroup", "vpcId"],
  ],
  "aws:ec2/subnet:Subnet": [
    ["aws:ec2/natGateway:NatGateway", "subnetId"],
    ["aws:lb/loadBalancer:LoadBalancer", "subnets"],
    ["aws:ecs/service:Service", "networkConfiguration"],
    ["aws:elasticache/subnetGroup:SubnetGroup", "subnetIds"],
  ],
  "aws:ec2/routeTable:RouteTable": [["aws:ec2/routeTableAssociation:RouteTableAssociation", "routeTableId"]],
  "aws:ec2/eip:Eip": [["aws:ec2/natGateway:NatGateway", "allocationId"]],
  "aws:ec2/securityGroup:SecurityGroup": [
    ["aws:lb/loadBalancer:LoadBalancer", "securityGroups"],
    ["aws:ecs/service:Service", "networkConfiguration"],
    ["aws:elasticache/replicationGroup:ReplicationGroup", "securityGroupIds"],
    ["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "referencedSecurityGroupId"],
    ["aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "referencedSecurityGroupId"],
  ],
  "aws:lb/targetGroup:TargetGroup": [["aws:lb/listener:Listener", "defaultActions"]],
  "aws:ecs/cluster:Cluster": [["aws:ecs/service:Service", "cluster"]],
  "aws:iam/role:Role": [
    ["aws:iam/rolePolicy:RolePolicy", "role"],
    ["aws:iam/rolePolicyAttachment:RolePolicyAttachment", "role"],
  ],
  "aws:elasticache/subnetGroup:SubnetGroup": [
    ["aws:elasticache/replicationGroup:ReplicationGroup", "subnetGroupName"],
  ],
  "aws:elasticache/parameterGroup:ParameterGroup": [
    ["aws:elasticache/replicationGroup:ReplicationGroup", "parameterGroupName"],
  ],
};

/** Ids that AWS makes up, and ARNs of what is in an account. */
const ID = /^(vpc|subnet|sg|igw|rtb|eipalloc|nat)-[0-9a-f]{17}$/;
const ARN = /^arn:aws:(ecs|secretsmanager|elasticloadbalancing|sns|iam):[^:]*:\d{12}:/;

/** @throws AwsRefused while something that is there needs it */
export function requireUnheld(account: Account, held: Held): void {
  for (const [type, input] of HOLDERS[held.type] ?? []) {
    const holder = account
      .all(type)
      .find(
        (one) => one !== held && names(plain(one.inputs[input] ?? null), [held.id, textOf(held, "name")]),
      );
    if (holder !== undefined)
      throw new AwsRefused(
        "DependencyViolation",
        `resource ${held.id} has a dependent object, which has to be deleted first: ${type} ${holder.id}`,
      );
  }
}

/** @throws AwsRefused when inputs name something that is not there */
export function requireNamed(account: Account, inputs: Readonly<Record<string, Plain>>): void {
  const unknown = textsIn(inputs).find((text) => isOfAccount(text) && !isThere(account, text));
  if (unknown !== undefined) throw new AwsRefused("ResourceNotFoundException", `${unknown} does not exist`);
}

function isOfAccount(text: string): boolean {
  return ID.test(text) || ARN.test(text);
}

function isThere(account: Account, text: string): boolean {
  return (
    account.withArn(text) !== undefined ||
    account.everything.some(({ id, outputs }) => id === text || Object.values(outputs).includes(text))
  );
}

function textsIn(value: Plain): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((entry) => textsIn(entry as Plain));
}

function names(value: Plain, ids: readonly string[]): boolean {
  return textsIn(value).some((text) => text !== "" && ids.includes(text));
}
