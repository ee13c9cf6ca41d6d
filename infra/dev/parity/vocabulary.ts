/**
 * Where Pulumi names things otherwise than Terraform does, by the node's type. Its bridge turns snake_case into
 * camelCase and puts lists into the plural; what else it does is here, and whatever is not is a difference.
 * Source: the types of `@pulumi/aws` 7.48 beside those of `@cdktf/provider-aws` 21.22.
 */
export interface Vocabulary {
  /** Pulumi's type token. */
  readonly token: string;
  /** Pulumi's name of a property, at any depth, to Terraform's in camelCase. */
  readonly names?: Readonly<Record<string, string>>;
}

export const VOCABULARY: Readonly<Record<string, Vocabulary>> = {
  appautoscaling_policy: {
    token: "aws:appautoscaling/policy:Policy",
    names: { stepAdjustments: "stepAdjustment" },
  },
  appautoscaling_target: { token: "aws:appautoscaling/target:Target" },
  cloudwatch_log_group: { token: "aws:cloudwatch/logGroup:LogGroup" },
  cloudwatch_metric_alarm: {
    token: "aws:cloudwatch/metricAlarm:MetricAlarm",
    names: { name: "alarmName" },
  },
  default_security_group: { token: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup" },
  ecr_lifecycle_policy: { token: "aws:ecr/lifecyclePolicy:LifecyclePolicy" },
  ecr_repository: {
    token: "aws:ecr/repository:Repository",
    names: { encryptionConfigurations: "encryptionConfiguration" },
  },
  ecs_cluster: { token: "aws:ecs/cluster:Cluster", names: { settings: "setting" } },
  ecs_cluster_capacity_providers: { token: "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders" },
  ecs_service: {
    token: "aws:ecs/service:Service",
    names: { capacityProviderStrategies: "capacityProviderStrategy", loadBalancers: "loadBalancer" },
  },
  ecs_task_definition: { token: "aws:ecs/taskDefinition:TaskDefinition" },
  eip: { token: "aws:ec2/eip:Eip" },
  elasticache_parameter_group: {
    token: "aws:elasticache/parameterGroup:ParameterGroup",
    names: { parameters: "parameter" },
  },
  elasticache_replication_group: { token: "aws:elasticache/replicationGroup:ReplicationGroup" },
  elasticache_subnet_group: { token: "aws:elasticache/subnetGroup:SubnetGroup" },
  iam_role: { token: "aws:iam/role:Role" },
  iam_role_policy: { token: "aws:iam/rolePolicy:RolePolicy" },
  internet_gateway: { token: "aws:ec2/internetGateway:InternetGateway" },
  lb: { token: "aws:lb/loadBalancer:LoadBalancer" },
  lb_listener: { token: "aws:lb/listener:Listener", names: { defaultActions: "defaultAction" } },
  lb_target_group: { token: "aws:lb/targetGroup:TargetGroup" },
  nat_gateway: { token: "aws:ec2/natGateway:NatGateway" },
  provider: { token: "pulumi:providers:aws" },
  route: { token: "aws:ec2/route:Route" },
  route_table: { token: "aws:ec2/routeTable:RouteTable" },
  route_table_association: { token: "aws:ec2/routeTableAssociation:RouteTableAssociation" },
  secretsmanager_secret: { token: "aws:secretsmanager/secret:Secret" },
  secretsmanager_secret_version: { token: "aws:secretsmanager/secretVersion:SecretVersion" },
  security_group: { token: "aws:ec2/securityGroup:SecurityGroup" },
  sns_topic: { token: "aws:sns/topic:Topic" },
  sns_topic_subscription: {
    token: "aws:sns/topicSubscription:TopicSubscription",
    names: { topic: "topicArn" },
  },
  subnet: { token: "aws:ec2/subnet:Subnet" },
  vpc: { token: "aws:ec2/vpc:Vpc" },
  vpc_security_group_egress_rule: { token: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule" },
  vpc_security_group_ingress_rule: { token: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule" },
};
