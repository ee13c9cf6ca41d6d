import { AppautoscalingPolicy } from "@cdktf/provider-aws/lib/appautoscaling-policy/index.js";
import { AppautoscalingTarget } from "@cdktf/provider-aws/lib/appautoscaling-target/index.js";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import { EcrLifecyclePolicy } from "@cdktf/provider-aws/lib/ecr-lifecycle-policy/index.js";
import { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository/index.js";
import { EcsCluster } from "@cdktf/provider-aws/lib/ecs-cluster/index.js";
import { EcsClusterCapacityProviders } from "@cdktf/provider-aws/lib/ecs-cluster-capacity-providers/index.js";
import { EcsService } from "@cdktf/provider-aws/lib/ecs-service/index.js";
import { EcsTaskDefinition } from "@cdktf/provider-aws/lib/ecs-task-definition/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { LbListener } from "@cdktf/provider-aws/lib/lb-listener/index.js";
import { LbTargetGroup } from "@cdktf/provider-aws/lib/lb-target-group/index.js";
import { Lb } from "@cdktf/provider-aws/lib/lb/index.js";
import { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret/index.js";
import { SecretsmanagerSecretVersion } from "@cdktf/provider-aws/lib/secretsmanager-secret-version/index.js";
import { alarmMakers, firewallMakers } from "../../aws/cdktf.ts";
import { addAll, addOutput, given, type Makers, type Module } from "../../aws/cdktf-graph.ts";
import type { Document, Text } from "../../aws/references.ts";
import type { Container, FleetResource, StepScaling, TargetTracking } from "./graph.ts";
import type { EcsFargatePlan } from "./plan.ts";

/** @param storeUrl the store's address, wherever it is */
export function addFleet({ name, resources, url }: EcsFargatePlan, module: Module, storeUrl: Text): void {
  addAll(resources, makers, module, storeUrl);
  if (url !== undefined) addOutput(`${name}-url`, url, module);
}

/**
 * Terraform deletes before it makes what replaces, unless it is told otherwise; Pulumi the other way round. It matters
 * for what is in use until something else has moved on.
 */
const MADE_BEFORE_DELETED = { createBeforeDestroy: true } as const;

const makers: Makers<FleetResource> = {
  ...firewallMakers,
  ...alarmMakers,

  ecs_cluster: ({ name, clusterName, containerInsights }, { scope }) =>
    new EcsCluster(scope, name, {
      name: clusterName,
      setting: [{ name: "containerInsights", value: containerInsights }],
    }),

  ecs_cluster_capacity_providers: ({ name, clusterName, capacityProviders }, { scope, text }) =>
    new EcsClusterCapacityProviders(scope, name, {
      clusterName: text(clusterName),
      capacityProviders: [...capacityProviders],
    }),

  cloudwatch_log_group: ({ name, groupName, retentionInDays }, { scope }) =>
    new CloudwatchLogGroup(scope, name, { name: groupName, retentionInDays }),

  secretsmanager_secret: ({ name, secretName, description, recoveryWindowInDays }, { scope }) =>
    new SecretsmanagerSecret(scope, name, { name: secretName, description, recoveryWindowInDays }),

  secretsmanager_secret_version: ({ name, secretId, secretString }, { scope, text, json }) =>
    new SecretsmanagerSecretVersion(scope, name, {
      secretId: text(secretId),
      secretString: json(secretString),
      lifecycle: MADE_BEFORE_DELETED,
    }),

  iam_role: ({ name, roleName, description, assumeRolePolicy }, { scope, json }) =>
    new IamRole(scope, name, { name: roleName, description, assumeRolePolicy: json(assumeRolePolicy) }),

  iam_role_policy: ({ name, policyName, role, policy }, { scope, text, json }) =>
    new IamRolePolicy(scope, name, { name: policyName, role: text(role), policy: json(policy) }),

  ecs_task_definition: (node, { scope, text, json }) =>
    new EcsTaskDefinition(scope, node.name, {
      family: node.family,
      cpu: `${node.cpu}`,
      memory: `${node.memory}`,
      networkMode: node.networkMode,
      requiresCompatibilities: [...node.requiresCompatibilities],
      runtimePlatform: {
        cpuArchitecture: node.cpuArchitecture,
        operatingSystemFamily: node.operatingSystemFamily,
      },
      executionRoleArn: text(node.executionRoleArn),
      taskRoleArn: text(node.taskRoleArn),
      containerDefinitions: json([containerDefinition(node.container)]),
      lifecycle: MADE_BEFORE_DELETED,
    }),

  ecs_service: (node, { scope, text, texts }) =>
    new EcsService(scope, node.name, {
      name: node.serviceName,
      cluster: text(node.cluster),
      taskDefinition: text(node.taskDefinition),
      desiredCount: node.desiredCount,
      capacityProviderStrategy: node.capacityProviderStrategy.map(({ capacityProvider, base, weight }) => ({
        capacityProvider,
        base,
        weight,
      })),
      platformVersion: node.platformVersion,
      forceNewDeployment: node.forceNewDeployment,
      deploymentMinimumHealthyPercent: node.deploymentMinimumHealthyPercent,
      deploymentMaximumPercent: node.deploymentMaximumPercent,
      deploymentCircuitBreaker: {
        enable: node.circuitBreaker.enable,
        rollback: node.circuitBreaker.rollback,
      },
      enableExecuteCommand: node.enableExecuteCommand,
      enableEcsManagedTags: node.enableEcsManagedTags,
      propagateTags: node.propagateTags,
      waitForSteadyState: node.waitForSteadyState,
      availabilityZoneRebalancing: node.availabilityZoneRebalancing,
      networkConfiguration: {
        subnets: texts(node.subnets),
        securityGroups: texts(node.securityGroups),
        assignPublicIp: node.assignPublicIp,
      },
      ...given({
        healthCheckGracePeriodSeconds: node.healthCheckGracePeriodSeconds,
        loadBalancer: node.loadBalancer && [
          {
            targetGroupArn: text(node.loadBalancer.targetGroupArn),
            containerName: node.loadBalancer.containerName,
            containerPort: node.loadBalancer.containerPort,
          },
        ],
        lifecycle: node.ignoresDesiredCount ? { ignoreChanges: ["desired_count"] } : undefined,
      }),
    }),

  lb: (node, { scope, texts }) =>
    new Lb(scope, node.name, {
      namePrefix: node.namePrefix,
      loadBalancerType: node.loadBalancerType,
      internal: node.internal,
      subnets: texts(node.subnets),
      securityGroups: texts(node.securityGroups),
      dropInvalidHeaderFields: node.dropInvalidHeaderFields,
      enableDeletionProtection: node.enableDeletionProtection,
      idleTimeout: node.idleTimeout,
      lifecycle: MADE_BEFORE_DELETED,
    }),

  lb_target_group: (node, { scope, text }) =>
    new LbTargetGroup(scope, node.name, {
      namePrefix: node.namePrefix,
      vpcId: text(node.vpcId),
      targetType: node.targetType,
      protocol: node.protocol,
      port: node.port,
      // Terraform's provider has it as text.
      deregistrationDelay: `${node.deregistrationDelay}`,
      healthCheck: {
        path: node.healthCheck.path,
        matcher: node.healthCheck.matcher,
        interval: node.healthCheck.interval,
        timeout: node.healthCheck.timeout,
        healthyThreshold: node.healthCheck.healthyThreshold,
        unhealthyThreshold: node.healthCheck.unhealthyThreshold,
      },
      lifecycle: MADE_BEFORE_DELETED,
    }),

  lb_listener: (
    { name, loadBalancerArn, port, protocol, certificateArn, sslPolicy, action },
    { scope, text },
  ) =>
    new LbListener(scope, name, {
      loadBalancerArn: text(loadBalancerArn),
      port,
      protocol,
      ...given({ certificateArn, sslPolicy }),
      defaultAction: [
        action.type === "forward"
          ? { type: action.type, targetGroupArn: text(action.targetGroupArn) }
          : {
              type: action.type,
              redirect: { port: action.port, protocol: action.protocol, statusCode: action.statusCode },
            },
      ],
    }),

  appautoscaling_target: (
    { name, serviceNamespace, scalableDimension, resourceId, minCapacity, maxCapacity },
    { scope, text },
  ) =>
    new AppautoscalingTarget(scope, name, {
      serviceNamespace,
      scalableDimension,
      resourceId: text(resourceId),
      minCapacity,
      maxCapacity,
    }),

  appautoscaling_policy: (node, { scope, text }) =>
    new AppautoscalingPolicy(scope, node.name, {
      name: node.policyName,
      policyType: node.policyType,
      serviceNamespace: text(node.serviceNamespace),
      scalableDimension: text(node.scalableDimension),
      resourceId: text(node.resourceId),
      ...(node.policyType === "StepScaling"
        ? { stepScalingPolicyConfiguration: stepScaling(node) }
        : { targetTrackingScalingPolicyConfiguration: targetTracking(node) }),
    }),

  ecr_repository: (node, { scope }) =>
    new EcrRepository(scope, node.name, {
      name: node.repositoryName,
      imageTagMutability: node.imageTagMutability,
      imageScanningConfiguration: { scanOnPush: node.scanOnPush },
      encryptionConfiguration: [{ encryptionType: node.encryptionType }],
      forceDelete: node.forceDelete,
    }),

  ecr_lifecycle_policy: ({ name, repository, policy }, { scope, text, json }) =>
    new EcrLifecyclePolicy(scope, name, { repository: text(repository), policy: json(policy) }),
};

/** As ECS's API has it. */
function containerDefinition(container: Container): Document {
  const { name, image, essential, user, readonlyRootFilesystem, environment, secrets } = container;
  const { repositoryCredentials, portMappings, healthCheck } = container;
  return {
    name,
    image,
    essential,
    user,
    readonlyRootFilesystem,
    linuxParameters: { initProcessEnabled: container.initProcessEnabled },
    stopTimeout: container.stopTimeout,
    environment: environment.map((setting) => ({ name: setting.name, value: setting.value })),
    secrets: secrets.map((setting) => ({ name: setting.name, valueFrom: setting.valueFrom })),
    repositoryCredentials:
      repositoryCredentials === undefined ? undefined : { credentialsParameter: repositoryCredentials },
    portMappings: portMappings.map(({ containerPort, protocol }) => ({ containerPort, protocol })),
    healthCheck: {
      command: healthCheck.command,
      interval: healthCheck.interval,
      timeout: healthCheck.timeout,
      startPeriod: healthCheck.startPeriod,
      retries: healthCheck.retries,
    },
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": container.logGroup,
        "awslogs-region": container.logRegion,
        "awslogs-stream-prefix": container.logStreamPrefix,
      },
    },
  };
}

function targetTracking({ metric, targetValue, scaleInCooldown, scaleOutCooldown }: TargetTracking) {
  return {
    customizedMetricSpecification: {
      namespace: metric.namespace,
      metricName: metric.metricName,
      statistic: metric.statistic,
      dimensions: metric.dimensions.map(({ name, value }) => ({ name, value })),
    },
    targetValue,
    scaleInCooldown,
    scaleOutCooldown,
  };
}

function stepScaling({ adjustmentType, metricAggregationType, cooldown, steps }: StepScaling) {
  return {
    adjustmentType,
    metricAggregationType,
    cooldown,
    stepAdjustment: steps.map(({ lowerBound, upperBound, adjustment }) => ({
      metricIntervalLowerBound: `${lowerBound}`,
      ...given({ metricIntervalUpperBound: upperBound === undefined ? undefined : `${upperBound}` }),
      scalingAdjustment: adjustment,
    })),
  };
}
