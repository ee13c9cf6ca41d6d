import { hex } from "../account.ts";
import { arnOf, text, type Kind, type Making } from "./kind.ts";

const TASK_DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";

/** ECS, what its tasks are given, and ECR. */
export const containerKinds: Readonly<Record<string, Kind>> = {
  "aws:ecs/cluster:Cluster": {
    id: (making) => arnOf(making, "ecs", `cluster/${text(making.inputs["name"])}`),
    outputs: (_making, id) => ({ arn: id }),
    replaceOn: ["name"],
  },
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": {
    id: ({ inputs }) => text(inputs["clusterName"]),
    replaceOn: ["clusterName"],
  },
  [TASK_DEFINITION]: {
    // A revision never changes.
    replaceOnAllBut: ["skipDestroy", "tags", "trackLatest"],
    id: (making) => `${text(making.inputs["family"])}:${revisionOf(making)}`,
    outputs: (making, id) => ({
      arn: arnOf(making, "ecs", `task-definition/${id}`),
      arnWithoutRevision: arnOf(making, "ecs", `task-definition/${text(making.inputs["family"])}`),
      revision: Number(id.split(":").at(-1)),
    }),
  },
  "aws:ecs/service:Service": {
    id: (making) => {
      const cluster = text(
        making.attribute("aws:ecs/cluster:Cluster", making.inputs["cluster"] ?? null, "name"),
      );
      return arnOf(making, "ecs", `service/${cluster}/${text(making.inputs["name"])}`);
    },
    outputs: (_making, id) => ({ arn: id }),
    replaceOn: ["name", "cluster", "schedulingStrategy", "launchType", "enableEcsManagedTags"],
  },
  "aws:appautoscaling/target:Target": {
    id: ({ inputs }) => text(inputs["resourceId"]),
    outputs: (making) => ({ arn: arnOf(making, "application-autoscaling", `scalable-target/${hex(20)}`) }),
    replaceOn: ["resourceId", "scalableDimension", "serviceNamespace"],
  },
  "aws:appautoscaling/policy:Policy": {
    id: ({ inputs }) => `${text(inputs["resourceId"])}/${text(inputs["name"])}`,
    outputs: (making) => ({
      arn: `${arnOf(making, "autoscaling", `scalingPolicy:${hex(8)}`)}:resource/ecs/${text(making.inputs["resourceId"])}:policyName/${text(making.inputs["name"])}`,
      alarmArns: [],
    }),
    replaceOn: ["name", "policyType", "resourceId", "scalableDimension", "serviceNamespace"],
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    id: ({ inputs }) => text(inputs["name"]),
    outputs: (making, id) => ({ arn: arnOf(making, "logs", `log-group:${id}`) }),
    replaceOn: ["name"],
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    id: ({ inputs }) => text(inputs["name"]),
    outputs: (making, id) => ({ arn: arnOf(making, "cloudwatch", `alarm:${id}`) }),
    replaceOn: ["name"],
  },
  "aws:sns/topic:Topic": {
    id: (making) => arnOf(making, "sns", text(making.inputs["name"])),
    outputs: (making, id) => ({ arn: id, owner: making.account }),
    replaceOn: ["name"],
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    id: ({ inputs }) => `${text(inputs["topic"])}:${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`,
    // Until somebody reads the mail.
    outputs: (making, id) => ({ arn: id, ownerId: making.account, pendingConfirmation: true }),
    replaceOn: ["topic", "protocol", "endpoint"],
  },
  "aws:ecr/repository:Repository": {
    id: ({ inputs }) => text(inputs["name"]),
    outputs: (making, id) => ({
      arn: arnOf(making, "ecr", `repository/${id}`),
      registryId: making.account,
      repositoryUrl: `${making.account}.dkr.ecr.${making.region}.amazonaws.com/${id}`,
    }),
    replaceOn: ["name", "encryptionConfigurations"],
  },
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
    id: ({ inputs }) => text(inputs["repository"]),
    replaceOn: ["repository"],
  },
};

/** Each of a family has the next number, whether or not those before it are still there. */
function revisionOf({ count, inputs }: Making): number {
  return count(TASK_DEFINITION, "family", inputs["family"] ?? null) + 1;
}
