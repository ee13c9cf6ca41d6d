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
  const version = (job.data as { readonly v?: unknown } | null)?.v;
  if (typeof version === "number" && version > EXPAND_VERSION)
    throw new Error(
      `${EXPAND_JOB} job: expected version ${EXPAND_VERSION} or older, got ${version}: it comes from a newer worker`,
    );
  const payload = expandPayload.safeParse(job.data);
  if (!payload.success)
    throw new Error(`malformed ${EXPAND_JOB} job: ${payload.error.issues.map(explain).join("; ")}`);
  const { organization, campaign } = payload.data;
  await ports.expand({ organization, campaign }, signal);
}

function explain(issue: { path: readonly PropertyKey[]; message: string }): string {
  return `${issue.path.join(".") || "payload"}: ${issue.message}`;
}
