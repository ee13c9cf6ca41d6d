import type { Conversation } from "../../conversation/types.ts";
import { readPayload } from "../payload.ts";
import { LOOK_JOB, TURN_JOB, TURN_VERSION, turnPayload } from "./job.ts";

export interface MessageJob {
  readonly name: string;
  readonly data: unknown;
}

export interface MessagePorts {
  turn(conversation: Conversation): Promise<void>;
  look(): Promise<void>;
}

/** @throws Error for a job that is none of ours: it is kept as failed, for a person to see */
export async function handleMessageJob(job: MessageJob, ports: MessagePorts): Promise<void> {
  switch (job.name) {
    case TURN_JOB:
      await ports.turn(readPayload(TURN_JOB, TURN_VERSION, turnPayload, job.data));
      return;
    case LOOK_JOB:
      await ports.look();
      return;
    default:
      throw new Error(`unknown job ${job.name}: expected ${TURN_JOB} or ${LOOK_JOB}`);
  }
}
