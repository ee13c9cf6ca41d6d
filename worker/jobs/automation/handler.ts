import { readPayload } from "../payload.ts";
import { ADVANCE_JOB, ADVANCE_VERSION, advancePayload } from "./job.ts";

export interface AutomationJob {
  readonly name: string;
  readonly data: unknown;
}

export interface AutomationPorts {
  advance(organization: string, run: string): Promise<void>;
}

/** @throws Error for a job that is none of ours: it is kept as failed, for a person to see */
export async function handleAutomationJob(
  { name, data }: AutomationJob,
  ports: AutomationPorts,
): Promise<void> {
  if (name !== ADVANCE_JOB) throw new Error(`unknown job ${name}: expected ${ADVANCE_JOB}`);
  const { organization, run } = readPayload(name, ADVANCE_VERSION, advancePayload, data);
  await ports.advance(organization, run);
}
