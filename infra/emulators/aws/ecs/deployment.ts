import { hex } from "../account.ts";
import type { TaskDefinition } from "./task-definition.ts";
import type { Task } from "./task.ts";

/** How many tasks may fail before the circuit breaker acts: half of what is desired, but at least and at most. */
const THRESHOLD = { least: 3, most: 200, share: 0.5 };

/** One revision of a service's tasks. */
export class Deployment {
  readonly id = `ecs-svc/${BigInt(`0x${hex(15)}`)}`;
  readonly createdAt = new Date();
  readonly definition: TaskDefinition;
  readonly tasks: Task[] = [];
  rollout: "IN_PROGRESS" | "COMPLETED" | "FAILED" = "IN_PROGRESS";
  reason: string;
  failedTasks = 0;
  updatedAt = this.createdAt;

  constructor(definition: TaskDefinition) {
    this.definition = definition;
    this.reason = `ECS deployment ${this.id} in progress.`;
  }

  get live(): readonly Task[] {
    return this.tasks.filter(({ isLive }) => isLive);
  }

  /** Whether too many of them came to nothing. */
  hasFailed(desired: number): boolean {
    const { least, most, share } = THRESHOLD;
    return this.failedTasks >= Math.min(Math.max(Math.ceil(desired * share), least), most);
  }

  enter(rollout: Deployment["rollout"], reason: string): void {
    this.rollout = rollout;
    this.reason = reason;
    this.updatedAt = new Date();
  }
}
