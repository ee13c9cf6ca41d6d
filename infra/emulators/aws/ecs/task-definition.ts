import { z } from "zod";
import type { Held } from "../account.ts";
import { givenTo, textOf } from "../account.ts";
import { AwsRefused } from "../refused.ts";

const pairs = z.array(z.strictObject({ name: z.string(), value: z.string() }));

/** As ECS takes it; what it has besides of fields, nobody here uses. */
const container = z.strictObject({
  name: z.string().regex(/^[\w-]{1,255}$/),
  image: z.string(),
  essential: z.boolean().default(true),
  user: z.string().optional(),
  cpu: z.int().optional(),
  memory: z.int().optional(),
  memoryReservation: z.int().optional(),
  command: z.array(z.string()).optional(),
  entryPoint: z.array(z.string()).optional(),
  workingDirectory: z.string().optional(),
  readonlyRootFilesystem: z.boolean().optional(),
  linuxParameters: z.strictObject({ initProcessEnabled: z.boolean().optional() }).optional(),
  /** Fargate's most; unless told, 30. */
  stopTimeout: z.int().min(0).max(120).default(30),
  startTimeout: z.int().min(0).max(120).optional(),
  environment: pairs.default([]),
  secrets: z.array(z.strictObject({ name: z.string(), valueFrom: z.string() })).default([]),
  repositoryCredentials: z.strictObject({ credentialsParameter: z.string() }).optional(),
  portMappings: z
    .array(
      z.strictObject({
        containerPort: z.int(),
        hostPort: z.int().optional(),
        protocol: z.enum(["tcp", "udp"]).optional(),
        name: z.string().optional(),
        appProtocol: z.string().optional(),
      }),
    )
    .default([]),
  healthCheck: z
    .strictObject({
      command: z.array(z.string()).min(1),
      interval: z.int().min(5).max(300).default(30),
      timeout: z.int().min(2).max(60).default(5),
      retries: z.int().min(1).max(10).default(3),
      startPeriod: z.int().min(0).max(300).default(0),
    })
    .optional(),
  logConfiguration: z
    .strictObject({
      logDriver: z.literal("awslogs"),
      options: z.strictObject({
        "awslogs-group": z.string(),
        "awslogs-region": z.string(),
        "awslogs-stream-prefix": z.string(),
        "awslogs-create-group": z.string().optional(),
        mode: z.enum(["blocking", "non-blocking"]).optional(),
        "max-buffer-size": z.string().optional(),
      }),
    })
    .optional(),
  dockerLabels: z.record(z.string(), z.string()).optional(),
  mountPoints: z.array(z.unknown()).optional(),
  volumesFrom: z.array(z.unknown()).optional(),
  systemControls: z.array(z.unknown()).optional(),
  ulimits: z.array(z.unknown()).optional(),
  versionConsistency: z.enum(["enabled", "disabled"]).optional(),
});

export type ContainerDefinition = z.output<typeof container>;

/** A revision of a task definition. */
export interface TaskDefinition {
  readonly arn: string;
  readonly executionRoleArn: string;
  readonly taskRoleArn: string;
  /** In MiB. */
  readonly memory: number;
  readonly cpu: number;
  readonly container: ContainerDefinition;
}

/** Memory that goes with a share of a processor, in MiB: from, to, in steps of. AWS's table, read 2026-11-22. */
const FARGATE: Readonly<Record<number, readonly [number, number, number]>> = {
  256: [512, 2_048, 512],
  512: [1_024, 4_096, 1_024],
  1024: [2_048, 8_192, 1_024],
  2048: [4_096, 16_384, 1_024],
  4096: [8_192, 30_720, 1_024],
  8192: [16_384, 61_440, 4_096],
  16384: [32_768, 122_880, 8_192],
};

/** @throws AwsRefused as ECS refuses to register one */
export function readTaskDefinition(held: Held): TaskDefinition {
  const given = givenTo(held);
  const [cpu, memory] = [Number(given["cpu"]), Number(given["memory"])];
  if (!isLegal(cpu, memory))
    throw invalid(`No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory.`);
  if (given["networkMode"] !== "awsvpc") throw invalid("Fargate only supports network mode ‘awsvpc’.");
  const definition = containerIn(given["containerDefinitions"]);
  const executionRoleArn = textOf(held, "executionRoleArn");
  if (executionRoleArn === "" && (definition.secrets.length > 0 || definition.logConfiguration !== undefined))
    throw invalid(
      "Fargate requires task definition to have execution role ARN to support secrets and log driver awslogs.",
    );
  return {
    arn: textOf(held, "arn"),
    executionRoleArn,
    taskRoleArn: textOf(held, "taskRoleArn"),
    cpu,
    memory,
    container: definition,
  };
}

function isLegal(cpu: number, memory: number): boolean {
  const [least, most, step] = FARGATE[cpu] ?? [1, 0, 1];
  // The smallest has 0.5, 1 or 2 GB, and nothing between the last two.
  return (
    memory >= least && memory <= most && (memory - least) % step === 0 && !(cpu === 256 && memory === 1_536)
  );
}

function containerIn(json: unknown): ContainerDefinition {
  const { success, data, error } = z.tuple([container]).safeParse(parsed(json));
  if (success) return data[0];
  const problems = error.issues.map(({ path, message }) => `${path.slice(1).join(".")}: ${message}`);
  throw invalid(`Container.${problems.join("; ")}`);
}

function parsed(json: unknown): unknown {
  try {
    return JSON.parse(String(json));
  } catch {
    throw invalid("container_definitions is invalid: Error decoding JSON");
  }
}

function invalid(message: string): AwsRefused {
  return new AwsRefused("ClientException", message);
}
