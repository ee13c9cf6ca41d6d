import type { MetricAlarm } from "../../aws/alarm.ts";
import type { Resource } from "../../aws/graph.ts";
import type { Document, Text } from "../../aws/references.ts";
import type { EgressRule, IngressRule, SecurityGroup } from "../../networks/aws-vpc/graph.ts";

interface Cluster extends Resource {
  readonly type: "ecs_cluster";
  readonly clusterName: string;
  readonly containerInsights: "disabled" | "enabled";
}

interface ClusterCapacityProviders extends Resource {
  readonly type: "ecs_cluster_capacity_providers";
  readonly clusterName: Text;
  readonly capacityProviders: readonly CapacityProvider[];
}

type CapacityProvider = "FARGATE" | "FARGATE_SPOT";

interface LogGroup extends Resource {
  readonly type: "cloudwatch_log_group";
  readonly groupName: string;
  readonly retentionInDays: number;
}

interface Secret extends Resource {
  readonly type: "secretsmanager_secret";
  readonly secretName: string;
  readonly description: string;
  /** Days in which a deleted one can be restored, and its name cannot be used again; 0 for none. */
  readonly recoveryWindowInDays: number;
}

/** Its value is an object in JSON, every part of it secret. */
interface SecretVersion extends Resource {
  readonly type: "secretsmanager_secret_version";
  readonly secretId: Text;
  readonly secretString: Readonly<Record<string, Text>>;
}

interface Role extends Resource {
  readonly type: "iam_role";
  readonly roleName: string;
  readonly description: string;
  readonly assumeRolePolicy: Document;
}

interface RolePolicy extends Resource {
  readonly type: "iam_role_policy";
  readonly policyName: string;
  readonly role: Text;
  readonly policy: Document;
}

/** A container as ECS takes it; its mappings write the JSON. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly essential: true;
  readonly user: string;
  readonly readonlyRootFilesystem: true;
  /** Reaps what the process leaves behind, and hands signals on. */
  readonly initProcessEnabled: true;
  /** From SIGTERM to SIGKILL, in s: 120 at the most. */
  readonly stopTimeout: number;
  readonly environment: readonly { readonly name: string; readonly value: Text }[];
  readonly secrets: readonly { readonly name: string; readonly valueFrom: Text }[];
  /** Secret of a registry that asks for a user and a password. */
  readonly repositoryCredentials?: Text;
  readonly portMappings: readonly { readonly containerPort: number; readonly protocol: "tcp" }[];
  readonly healthCheck: {
    readonly command: readonly string[];
    /** All in s. */
    readonly interval: number;
    readonly timeout: number;
    readonly startPeriod: number;
    readonly retries: number;
  };
  readonly logGroup: Text;
  readonly logRegion: string;
  readonly logStreamPrefix: string;
}

export interface TaskDefinition extends Resource {
  readonly type: "ecs_task_definition";
  readonly family: string;
  /** In units of 1/1024 vCPU. */
  readonly cpu: number;
  /** In MiB. */
  readonly memory: number;
  readonly networkMode: "awsvpc";
  readonly requiresCompatibilities: readonly ["FARGATE"];
  readonly cpuArchitecture: "ARM64" | "X86_64";
  readonly operatingSystemFamily: "LINUX";
  readonly executionRoleArn: Text;
  readonly taskRoleArn: Text;
  readonly container: Container;
}

export interface Service extends Resource {
  readonly type: "ecs_service";
  readonly serviceName: string;
  readonly cluster: Text;
  readonly taskDefinition: Text;
  readonly desiredCount: number;
  /** How many there are, autoscaling decides once it is there. */
  readonly ignoresDesiredCount: boolean;
  readonly capacityProviderStrategy: readonly {
    readonly capacityProvider: CapacityProvider;
    readonly base: number;
    readonly weight: number;
  }[];
  readonly platformVersion: string;
  /** With every change of the service: without it, both engines replace one whose capacity providers change. */
  readonly forceNewDeployment: true;
  readonly deploymentMinimumHealthyPercent: number;
  readonly deploymentMaximumPercent: number;
  readonly circuitBreaker: { readonly enable: boolean; readonly rollback: boolean };
  readonly enableExecuteCommand: boolean;
  readonly enableEcsManagedTags: boolean;
  readonly propagateTags: "SERVICE";
  readonly waitForSteadyState: boolean;
  readonly availabilityZoneRebalancing: "ENABLED" | "DISABLED";
  readonly subnets: readonly Text[];
  readonly securityGroups: readonly Text[];
  readonly assignPublicIp: boolean;
  /** In s; only behind a load balancer. */
  readonly healthCheckGracePeriodSeconds?: number;
  readonly loadBalancer?: {
    readonly targetGroupArn: Text;
    readonly containerName: string;
    readonly containerPort: number;
  };
  readonly after: readonly string[];
}

interface LoadBalancer extends Resource {
  readonly type: "lb";
  /** 6 characters at the most; the engine makes the rest unique, so that one can be made before another is deleted. */
  readonly namePrefix: string;
  readonly loadBalancerType: "application";
  readonly internal: boolean;
  readonly subnets: readonly Text[];
  readonly securityGroups: readonly Text[];
  readonly dropInvalidHeaderFields: boolean;
  readonly enableDeletionProtection: boolean;
  /** In s. */
  readonly idleTimeout: number;
}

interface TargetGroup extends Resource {
  readonly type: "lb_target_group";
  /** As a load balancer's. */
  readonly namePrefix: string;
  readonly vpcId: Text;
  readonly targetType: "ip";
  readonly protocol: "HTTP";
  readonly port: number;
  /** How long requests that are under way may take when a task stops, in s. */
  readonly deregistrationDelay: number;
  readonly healthCheck: {
    readonly path: string;
    readonly matcher: string;
    /** Both in s. */
    readonly interval: number;
    readonly timeout: number;
    readonly healthyThreshold: number;
    readonly unhealthyThreshold: number;
  };
}

interface Listener extends Resource {
  readonly type: "lb_listener";
  readonly loadBalancerArn: Text;
  readonly port: number;
  readonly protocol: "HTTP" | "HTTPS";
  /** Both with HTTPS. */
  readonly certificateArn?: string;
  readonly sslPolicy?: string;
  readonly action:
    | { readonly type: "forward"; readonly targetGroupArn: Text }
    | {
        readonly type: "redirect";
        readonly port: string;
        readonly protocol: "HTTPS";
        readonly statusCode: "HTTP_301";
      };
}

interface ScalingTarget extends Resource {
  readonly type: "appautoscaling_target";
  readonly serviceNamespace: "ecs";
  readonly scalableDimension: "ecs:service:DesiredCount";
  readonly resourceId: Text;
  readonly minCapacity: number;
  readonly maxCapacity: number;
}

interface ScalingPolicyBasics extends Resource {
  readonly policyName: string;
  readonly serviceNamespace: Text;
  readonly scalableDimension: Text;
  readonly resourceId: Text;
}

/** Keeps a metric of ours at a value. */
export interface TargetTracking extends ScalingPolicyBasics {
  readonly type: "appautoscaling_policy";
  readonly policyType: "TargetTrackingScaling";
  readonly metric: {
    readonly namespace: string;
    readonly metricName: string;
    readonly statistic: "Maximum" | "Average";
    readonly dimensions: readonly { readonly name: string; readonly value: string }[];
  };
  readonly targetValue: number;
  /** Both in s. */
  readonly scaleInCooldown: number;
  readonly scaleOutCooldown: number;
}

/** What an alarm about a burst sets going. */
export interface StepScaling extends ScalingPolicyBasics {
  readonly type: "appautoscaling_policy";
  readonly policyType: "StepScaling";
  readonly adjustmentType: "ChangeInCapacity";
  readonly metricAggregationType: "Maximum";
  /** In s. */
  readonly cooldown: number;
  /** Bounds are on top of the alarm's threshold. */
  readonly steps: readonly {
    readonly lowerBound: number;
    readonly upperBound?: number;
    readonly adjustment: number;
  }[];
}

interface Repository extends Resource {
  readonly type: "ecr_repository";
  readonly repositoryName: string;
  readonly imageTagMutability: "IMMUTABLE";
  readonly scanOnPush: boolean;
  readonly encryptionType: "AES256";
  readonly forceDelete: boolean;
}

interface LifecyclePolicy extends Resource {
  readonly type: "ecr_lifecycle_policy";
  readonly repository: Text;
  readonly policy: Document;
}

export type FleetResource =
  | Cluster
  | ClusterCapacityProviders
  | LogGroup
  | Secret
  | SecretVersion
  | Role
  | RolePolicy
  | SecurityGroup
  | IngressRule
  | EgressRule
  | TaskDefinition
  | Service
  | LoadBalancer
  | TargetGroup
  | Listener
  | ScalingTarget
  | TargetTracking
  | StepScaling
  | MetricAlarm
  | Repository
  | LifecyclePolicy;
