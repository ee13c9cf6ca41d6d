import { z } from "zod";

/** Part of every payload: what the fields mean. */
const versioned = z.looseObject({ v: z.int().min(1).default(1) });

/**
 * The data of a job, which may have been written by an older or a newer process.
 * @param version up to which payloads are understood here
 * @throws Error that says what is wrong with it: the job is kept as failed, for a person to see
 */
export function readPayload<Payload>(
  job: string,
  version: number,
  schema: z.ZodType<Payload>,
  data: unknown,
): Payload {
  const written = versioned.safeParse(data);
  if (!written.success) throw malformed(job, written.error);
  const { v, ...fields } = written.data;
  if (v > version)
    throw new Error(
      `job ${job}: expected version ${version} or older, got ${v}: a newer process wrote it, this one is to be deployed again`,
    );
  const payload = schema.safeParse(fields);
  if (!payload.success) throw malformed(job, payload.error);
  return payload.data;
}

function malformed(job: string, error: z.ZodError): Error {
  const issues = error.issues.map((issue) => `${issue.path.join(".") || "payload"}: ${issue.message}`);
  return new Error(`malformed ${job} job: ${issues.join("; ")}`);
}
