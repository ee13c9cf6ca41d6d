import { storeTime } from "../adapters/redis/store-time.ts";
import { Lanes } from "../bulk/lanes.ts";
import type { WriterTask } from "../conversation/completions.ts";
import { dueKey, dueMember, runMember, runOf } from "../conversation/keys.ts";
import { policyOf } from "../conversation/policy.ts";
import { Chat, Deployment, MINUTE, useRecord, WROTE_AT } from "../conversation/record-fixture.ts";
import { ConversationRecord } from "../conversation/record.ts";
import { organizationSettings, type OrganizationSettings } from "../sessions/organization.ts";
import { shardOf } from "../sessions/shards.ts";
import type { AutomationInput } from "./automation.ts";
import { Automations } from "./automations.ts";
import { Executor, type ExecutorOptions } from "./executor.ts";
import { listRuns, type ListedRun } from "./run-list.ts";
import { RunRecord } from "./run-record.ts";
import { Triggers } from "./triggers.ts";
import type { WebhookCall } from "./webhook.ts";

export const ORGANIZATION = "acme";
export const HOUR = 60 * MINUTE;
/** An automation, named after its id. */
export type Given = Omit<AutomationInput, "name">;
export const KEYWORD: Given["trigger"] = { on: "keyword", words: ["preço"] };
export const send = (text: string) => ({ do: "send", text }) as const;
export const tag = (name: string) => ({ do: "tag", tag: name }) as const;
const silent = { error() {}, warn() {}, info() {}, debug() {} } as unknown as ExecutorOptions["log"];

/** A deployment whose messages start automations, and everything that does their steps but for an AI and webhooks. */
export class AutomatedDeployment extends Deployment {
  override readonly record: ConversationRecord;
  readonly triggers: Triggers;
  readonly automations: Automations;
  readonly runs: RunRecord;
  readonly lanes: Lanes;
  readonly calls: WebhookCall[] = [];
  readonly asked: WriterTask[] = [];
  settings: OrganizationSettings = organizationSettings.parse({
    name: "Acme",
    timeZone: "America/Sao_Paulo",
  });
  /** What calls and questions come to, where it is no success. */
  failing: ((what: "webhook" | "writer") => Error | undefined) | undefined;

  constructor({ redis, keys }: Deployment) {
    super(redis, keys);
    const policy = () => policyOf(this.settings);
    const parts = { redis, keys, sealing: this.sealing, policy, log: silent };
    this.triggers = new Triggers(parts);
    this.record = new ConversationRecord({ ...parts, triggers: this.triggers });
    this.automations = new Automations({ ...parts, timeZone: async () => this.settings.timeZone });
    this.runs = new RunRecord({ ...parts, claimMs: 60_000 });
    this.lanes = new Lanes(parts);
  }

  executor(options: Partial<ExecutorOptions> = {}): Executor {
    return new Executor({
      runs: this.runs,
      lanes: this.lanes,
      log: silent,
      backoffMs: 0,
      settings: async () => this.settings,
      nameOf: async () => undefined,
      sent: () => {},
      webhook: {
        call: async (call) => {
          const failure = this.failing?.("webhook");
          if (failure !== undefined) throw failure;
          this.calls.push(call);
        },
      },
      writer: {
        write: async (task) => {
          const failure = this.failing?.("writer");
          if (failure !== undefined) throw failure;
          this.asked.push(task);
          return `about ${task.instructions}`;
        },
      },
      ...options,
    });
  }

  /** Saves automations, and has them known. */
  async put(...given: readonly Given[]): Promise<void> {
    for (const each of given) await this.automations.put(ORGANIZATION, { name: each.id, ...each });
    await this.triggers.load();
  }

  async talk(chat = "551@lid"): Promise<Talk> {
    return new Talk(this, await this.lease(ORGANIZATION), { organization: ORGANIZATION, chat });
  }

  /** Runs that are due by now, as the owner is told of them. */
  async due(): Promise<string[]> {
    const key = dueKey(this.keys.prefix, shardOf(ORGANIZATION));
    const members = await this.redis.zrangebyscore(key, "-inf", await this.now());
    return members
      .map((member) => runOf(member.slice(ORGANIZATION.length + 1)))
      .filter((run) => run !== undefined);
  }

  /** Does what is due until nothing is. */
  async settle(executor: Executor = this.executor()): Promise<void> {
    for (let round = 0; round < 100; round++) {
      const due = await this.due();
      if (due.length === 0) return;
      for (const run of due) await executor.advance(ORGANIZATION, run, new AbortController().signal);
    }
    throw new Error("what is due does not end");
  }

  /** What goes on at some time is due now. */
  async hasten(run: string): Promise<void> {
    const at = (await this.now()) - 1;
    await this.redis.hset(`${this.keys.prefix}:run:${ORGANIZATION}:${run}`, "at", at);
    const member = dueMember({ organization: ORGANIZATION, chat: runMember(run) });
    await this.redis.zadd(dueKey(this.keys.prefix, shardOf(ORGANIZATION)), at, member);
  }

  async active(): Promise<ListedRun[]> {
    return await listRuns(this.redis, this.keys, ORGANIZATION, { ended: false, limit: 1_000 });
  }

  async ended(): Promise<ListedRun[]> {
    return await listRuns(this.redis, this.keys, ORGANIZATION, { ended: true, limit: 1_000 });
  }

  async now(): Promise<number> {
    return await storeTime(this.redis);
  }
}

/** A chat with the calls a test makes. */
export class Talk extends Chat {
  override readonly deployment: AutomatedDeployment;

  constructor(
    deployment: AutomatedDeployment,
    lease: ConstructorParameters<typeof Chat>[1],
    conversation: ConstructorParameters<typeof Chat>[2],
  ) {
    super(deployment, lease, conversation);
    this.deployment = deployment;
  }

  /** A customer's text. */
  async write(text: string, id: string = text): Promise<string> {
    return await this.receive({
      ...{ kind: "customer", id, sender: this.conversation.chat, at: WROTE_AT, text, name: "Ana" },
    } as const);
  }

  /** The contact wrote so long ago, and no message of theirs is to be answered. */
  async wroteAgo(ms: number): Promise<void> {
    const { redis, keys } = this.deployment;
    const { organization, chat } = this.conversation;
    await redis.hset(
      `${keys.prefix}:contact:${organization}:${chat}`,
      "wrote",
      (await this.deployment.now()) - ms,
    );
  }

  /** Answers what was written, and sends it all; what went out. */
  async answer(text = "answer"): Promise<string[]> {
    await this.commit(await this.think(), text);
    return await this.drain();
  }
}

export function useAutomations(): () => AutomatedDeployment {
  const deployment = useRecord();
  return () => new AutomatedDeployment(deployment());
}
