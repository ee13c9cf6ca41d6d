import { readPayload } from "../payload.ts";
import { EXPAND_JOB, EXPAND_VERSION, expandPayload, type ExpandPayload } from "./job.ts";

export interface CampaignJob {
  readonly name: string;
  readonly data: unknown;
}

export interface CampaignPorts {
  expand(payload: ExpandPayload, signal: AbortSignal): Promise<void>;
}

/** @throws Error for a job that is none of ours: it is kept as failed, for a person to see */
export async function handleCampaignJob(
  job: CampaignJob,
  ports: CampaignPorts,
  signal: AbortSignal,
): Promise<void> {
  if (job.name !== EXPAND_JOB) throw new Error(`unknown job ${job.name}: expected ${EXPAND_JOB}`);
  await ports.expand(readPayload(EXPAND_JOB, EXPAND_VERSION, expandPayload, job.data), signal);
}
