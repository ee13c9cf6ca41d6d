import { InvalidArgumentError, type Command } from "commander";
import { AdminChannel } from "../control/admin-channel.ts";
import {
  type AlertsState,
  type Answer,
  type Channel,
  type ControlRequest,
  type ControlState,
  RequestFailed,
} from "../control/channel.ts";
import { StoreChannel } from "../control/store-channel.ts";
import { EXIT, Failure } from "./failure.ts";
import type { Deployed } from "./outputs.ts";
import { OFFLINE } from "./stack-options.ts";

export interface ControlOptions {
  readonly stack?: string;
  readonly cwd?: string;
  readonly redis?: string;
  readonly admin?: string;
  readonly namespace: string;
  readonly patience: number;
  readonly json?: boolean;
  readonly offline?: boolean;
}

/** How long a worker may take to notice a request: a few heartbeats. */
const NOTICE_SECONDS = 45;

/** The options of every command that asks the workers of a deployment. */
export function withControl(command: Command): Command {
  return command
    .option("-s, --stack <name>", "the stack whose workers are asked")
    .option("-C, --cwd <folder>", "with -s: the folder of Pulumi.yaml (default: this project's)")
    .option("--offline", `with -s: ${OFFLINE}`)
    .option("--redis <url>", "without -s: the store (default: REDIS_URL)")
    .option(
      "--namespace <name>",
      "without -s: the deployment on the store",
      process.env["OXY_NAMESPACE"] || "oxy",
    )
    .option("--admin <url>", "in place of the store: a process that serves the admin API (OXY_ADMIN_TOKEN)")
    .option("--patience <seconds>", "how long a worker may take to notice", secondsOf, NOTICE_SECONDS)
    .option("--json", "print each answer as a line of JSON");
}

/** Whose workers are asked. */
interface Deployment {
  readonly channel: Channel;
  readonly namespace: string;
  /** OXY_ENCRYPTION_KEYS. @throws RequestFailed when they are not there */
  encryptionKeys(): Promise<string>;
}

/**
 * Asks the workers of a deployment to do something, and yields what they answer. The one that owns the organization
 * sees the request with its next heartbeat.
 * @param sealed what comes with the request, in parts that only they can open
 * @throws RequestFailed
 */
export async function* ask(
  options: ControlOptions,
  request: ControlRequest,
  answerSeconds: number,
  sealed?: (deployment: Pick<Deployment, "namespace">, keys: string) => readonly string[],
): AsyncGenerator<Answer> {
  const deployment = await deploymentFor(options);
  const { channel } = deployment;
  try {
    const attachment = sealed?.(deployment, await deployment.encryptionKeys()) ?? [];
    const whole = sealed === undefined ? request : { ...request, parts: attachment.length };
    yield* channel.ask(whole, { noticeSeconds: options.patience, answerSeconds }, attachment);
  } finally {
    channel.close();
  }
}

/** Prints each answer as a line of JSON, or as `textOf` has it for people: some are not for them. */
export async function printAnswers(
  { json }: Pick<ControlOptions, "json">,
  answers: AsyncIterable<Answer>,
  textOf: (answer: Answer) => string | undefined,
): Promise<void> {
  for await (const answer of answers) {
    const line = json === true ? JSON.stringify(answer) : textOf(answer);
    if (line !== undefined) process.stdout.write(`${line}\n`);
  }
}

/** Does something with the workers of a deployment. @throws RequestFailed */
export async function withChannel<T>(
  options: ControlOptions,
  work: (channel: Channel) => Promise<T>,
): Promise<T> {
  const { channel } = await deploymentFor(options);
  try {
    return await work(channel);
  } finally {
    channel.close();
  }
}

/** As a stack was deployed, or one that is named by its store or its admin API. */
async function deploymentFor(options: ControlOptions): Promise<Deployment> {
  const { stack: name } = options;
  if (name !== undefined) {
    // Loaded then only: the engine's library is large.
    const { openStack } = await import("./stack.ts");
    const { deployedOf } = await import("./outputs.ts");
    const { stack } = await openStack({ ...options, stack: name, create: false }, () => {});
    return {
      channel: channelTo(await deployedOf(stack), name),
      // Several stacks may share a store.
      namespace: name,
      encryptionKeys: async () => (await stack.getConfig("secrets.OXY_ENCRYPTION_KEYS", true)).value,
    };
  }
  if (options.offline === true)
    throw new Failure("--offline: expected it with -s: a store alone is no rehearsal", EXIT.configuration);
  const { admin, namespace } = options;
  const encryptionKeys = async (): Promise<string> =>
    fromEnvironment("OXY_ENCRYPTION_KEYS", "the keys of the deployment");
  if (admin !== undefined) {
    const token = fromEnvironment("OXY_ADMIN_TOKEN", "the token of the admin API");
    return { channel: new AdminChannel(admin, token), namespace, encryptionKeys };
  }
  const url = options.redis ?? fromEnvironment("REDIS_URL", "redis:// or rediss:// (or --redis)");
  return { channel: new StoreChannel(url, namespace), namespace, encryptionKeys };
}

function fromEnvironment(name: string, expected: string): string {
  const value = process.env[name];
  if (!value) throw new RequestFailed(`${name}: expected ${expected}, got nothing`);
  return value;
}

/**
 * The way that the deployed plan says.
 * @param stack also the workload's namespace: several may share a store
 * @throws RequestFailed when it says none
 */
export function channelTo(deployed: Deployed, stack: string): Channel {
  const { storeUrl, adminToken, urls, plan } = deployed;
  // Plans of before had no other way.
  const operator = plan.operator ?? { through: "store" };
  if (operator.through === "nothing")
    throw new RequestFailed(
      `no command reaches the workers of stack ${stack}, ${operator.why}: let fleets.<name>.loadBalancer be true, or ` +
        "choose a store that is reachable from here",
    );
  if (operator.through === "store" && storeUrl !== undefined) return new StoreChannel(storeUrl, stack);
  const url = operator.through === "admin" ? urls[operator.fleet]?.[`${operator.process} http`] : undefined;
  if (url !== undefined && adminToken !== undefined) return new AdminChannel(url, adminToken);
  throw new RequestFailed(
    `stack ${stack} says no way to its workers: run oxy up -s ${stack} with this version`,
  );
}

/** Redis would wait for ever for 0. */
function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0.1 && seconds <= 3_600))
    throw new InvalidArgumentError("expected seconds from 0.1 to 3600");
  return seconds;
}

/** What the workers of a stack say, with what people are told of it. */
export interface StackState extends ControlState {
  readonly firing: AlertsState["firing"];
}

/** What the workers of a stack say, or why they say nothing. */
export async function stateOf(deployed: Deployed, stack: string): Promise<StackState | RequestFailed> {
  let channel: Channel | undefined;
  try {
    channel = channelTo(deployed, stack);
    const [state, alerts] = await Promise.all([
      channel.state(),
      // An older version has none, and the rest is worth showing.
      channel.alerts().catch((error: unknown) => {
        if (error instanceof RequestFailed) return undefined;
        throw error;
      }),
    ]);
    return { ...state, firing: alerts?.firing ?? [] };
  } catch (error) {
    if (error instanceof RequestFailed) return error;
    throw error;
  } finally {
    channel?.close();
  }
}
