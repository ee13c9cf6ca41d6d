import { Policy } from "@pulumi/aws/appautoscaling/policy.js";
import { Target } from "@pulumi/aws/appautoscaling/target.js";
import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { LifecyclePolicy } from "@pulumi/aws/ecr/lifecyclePolicy.js";
import { Repository } from "@pulumi/aws/ecr/repository.js";
import { Cluster } from "@pulumi/aws/ecs/cluster.js";
import { ClusterCapacityProviders } from "@pulumi/aws/ecs/clusterCapacityProviders.js";
import { Service } from "@pulumi/aws/ecs/service.js";
import { TaskDefinition } from "@pulumi/aws/ecs/taskDefinition.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { Listener } from "@pulumi/aws/lb/listener.js";
import { LoadBalancer } from "@pulumi/aws/lb/loadBalancer.js";
import { TargetGroup } from "@pulumi/aws/lb/targetGroup.js";
import { Secret } from "@pulumi/aws/secretsmanager/secret.js";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion.js";
import { output, type Output } from "@pulumi/pulumi";
import { alarmMakers, firewallMakers } from "../../aws/pulumi.ts";
import { makeAll, makingWith, type Makers, type Making } from "../../aws/pulumi-graph.ts";
import { reference, type Document } from "../../aws/references.ts";
import { isOffline } from "../../home.ts";
import { requireNetwork, type FleetDeployment, type StackResources } from "../../stack-resources.ts";
import type { Container, FleetResource, StepScaling, TargetTracking } from "./graph.ts";
import type { EcsFargatePlan } from "./plan.ts";

export function deployFleet(plan: EcsFargatePlan, resources: StackResources): FleetDeployment {
  const surroundings = {
    ...requireNetwork(resources),
    secret: resources.secret,
    storeUrl: () => resources.store.urlFrom(plan.network),
  };
  const made = makeAll(plan.resources, makers, surroundings);
  const making = makingWith(made, surroundings);
  const processes = plan.processes.map(({ name }) => making.named(`${plan.name}-${name}`));
  return { processes, urls: urlsOf(plan, making) };
}

/** A rehearsal has no certificate, and nobody's domain leads to it. */
function urlsOf(
  { url, processes, resources }: EcsFargatePlan,
  making: Making,
): Output<Readonly<Record<string, string>>> {
  const balancer = resources.find(({ type }) => type === "lb");
  const rehearsed =
    balancer === undefined ? undefined : { join: ["http://", reference(balancer.name, "dnsName")] };
  const known = making.textIfAny(isOffline() ? rehearsed : url);
  const open = processes.filter(({ isPublic }) => isPublic).map(({ name }) => `${name} http`);
  return output(known).apply((where) =>
    Object.fromEntries(where === undefined ? [] : open.map((purpose) => [purpose, where])),
  );
}

const makers: Makers<FleetResource> = {
  ...firewallMakers,
  ...alarmMakers,

  ecs_cluster: ({ name, clusterName, containerInsights }, { options }) =>
    new Cluster(
      name,
      { name: clusterName, settings: [{ name: "containerInsights", value: containerInsights }] },
      options,
    ),

  ecs_cluster_capacity_providers: ({ name, clusterName, capacityProviders }, { options, text }) =>
    new ClusterCapacityProviders(
      name,
      { clusterName: text(clusterName), capacityProviders: [...capacityProviders] },
      options,
    ),

  cloudwatch_log_group: ({ name, groupName, retentionInDays }, { options }) =>
    new LogGroup(name, { name: groupName, retentionInDays }, options),

  secretsmanager_secret: ({ name, secretName, description, recoveryWindowInDays }, { options }) =>
    new Secret(name, { name: secretName, description, recoveryWindowInDays }, options),

  secretsmanager_secret_version: ({ name, secretId, secretString }, { options, text, json }) =>
    new SecretVersion(name, { secretId: text(secretId), secretString: json(secretString) }, options),

  iam_role: ({ name, roleName, description, assumeRolePolicy }, { options, json }) =>
    new Role(name, { name: roleName, description, assumeRolePolicy: json(assumeRolePolicy) }, options),

  iam_role_policy: ({ name, policyName, role, policy }, { options, text, json }) =>
    new RolePolicy(name, { name: policyName, role: text(role), policy: json(policy) }, options),

  // The engine makes the next revision before it deregisters this one, and deregisters only when every service has
  // moved: what ECS rolls back to is there meanwhile, so that none has to be kept for ever.
  ecs_task_definition: (node, { options, text, json }) =>
    new TaskDefinition(
      node.name,
      {
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
      },
      options,
    ),

  ecs_service: (node, { options, text, texts }) =>
    new Service(
      node.name,
      {
        name: node.serviceName,
        cluster: text(node.cluster),
        taskDefinition: text(node.taskDefinition),
        desiredCount: node.desiredCount,
        capacityProviderStrategies: [...node.capacityProviderStrategy],
        platformVersion: node.platformVersion,
        forceNewDeployment: node.forceNewDeployment,
        deploymentMinimumHealthyPercent: node.deploymentMinimumHealthyPercent,
        deploymentMaximumPercent: node.deploymentMaximumPercent,
        deploymentCircuitBreaker: node.circuitBreaker,
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
        healthCheckGracePeriodSeconds: node.healthCheckGracePeriodSeconds,
        loadBalancers: node.loadBalancer && [
          { ...node.loadBalancer, targetGroupArn: text(node.loadBalancer.targetGroupArn) },
        ],
      },
      node.ignoresDesiredCount ? { ...options, ignoreChanges: ["desiredCount"] } : options,
    ),

  lb: (node, { options, texts }) =>
    new LoadBalancer(
      node.name,
      {
        namePrefix: node.namePrefix,
        loadBalancerType: node.loadBalancerType,
        internal: node.internal,
        subnets: texts(node.subnets),
        securityGroups: texts(node.securityGroups),
        dropInvalidHeaderFields: node.dropInvalidHeaderFields,
        enableDeletionProtection: node.enableDeletionProtection,
        idleTimeout: node.idleTimeout,
      },
      options,
    ),

  lb_target_group: (node, { options, text }) =>
    new TargetGroup(
      node.name,
      {
        namePrefix: node.namePrefix,
        vpcId: text(node.vpcId),
        targetType: node.targetType,
        protocol: node.protocol,
        port: node.port,
        deregistrationDelay: node.deregistrationDelay,
        healthCheck: node.healthCheck,
      },
      options,
    ),

  lb_listener: (
    { name, loadBalancerArn, port, protocol, certificateArn, sslPolicy, action },
    { options, text },
  ) =>
    new Listener(
      name,
      {
        loadBalancerArn: text(loadBalancerArn),
        port,
        protocol,
        certificateArn,
        sslPolicy,
        defaultActions: [
          action.type === "forward"
            ? { type: action.type, targetGroupArn: text(action.targetGroupArn) }
            : {
                type: action.type,
                redirect: { port: action.port, protocol: action.protocol, statusCode: action.statusCode },
              },
        ],
      },
      options,
    ),

  appautoscaling_target: (
    { name, serviceNamespace, scalableDimension, resourceId, minCapacity, maxCapacity },
    { options, text },
  ) =>
    new Target(
      name,
      { serviceNamespace, scalableDimension, resourceId: text(resourceId), minCapacity, maxCapacity },
      options,
    ),

  appautoscaling_policy: (node, { options, text }) =>
    new Policy(
      node.name,
      {
        name: node.policyName,
        policyType: node.policyType,
        serviceNamespace: text(node.serviceNamespace),
        scalableDimension: text(node.scalableDimension),
        resourceId: text(node.resourceId),
        ...(node.policyType === "StepScaling"
          ? { stepScalingPolicyConfiguration: stepScaling(node) }
          : { targetTrackingScalingPolicyConfiguration: targetTracking(node) }),
      },
      options,
    ),

  ecr_repository: (node, { options }) =>
    new Repository(
      node.name,
      {
        name: node.repositoryName,
        imageTagMutability: node.imageTagMutability,
        imageScanningConfiguration: { scanOnPush: node.scanOnPush },
        encryptionConfigurations: [{ encryptionType: node.encryptionType }],
        forceDelete: node.forceDelete,
      },
      options,
    ),

  ecr_lifecycle_policy: ({ name, repository, policy }, { options, text, json }) =>
    new LifecyclePolicy(name, { repository: text(repository), policy: json(policy) }, options),
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
    environment,
    secrets,
    repositoryCredentials:
      repositoryCredentials === undefined ? undefined : { credentialsParameter: repositoryCredentials },
    portMappings,
    healthCheck,
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
    customizedMetricSpecification: { ...metric, dimensions: [...metric.dimensions] },
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
    stepAdjustments: steps.map(({ lowerBound, upperBound, adjustment }) => ({
      metricIntervalLowerBound: `${lowerBound}`,
      metricIntervalUpperBound: upperBound === undefined ? undefined : `${upperBound}`,
      scalingAdjustment: adjustment,
    })),
  };
}
