import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";

const answer = z.object({
  data: z
    .array(z.object({ attributes: z.object({ message: z.string(), instance: z.string().nullish() }) }))
    .nullish(),
  meta: z.object({ next_token: z.union([z.string(), z.number()]).nullish() }).nullish(),
});

/** What machines of an app printed, the oldest first, and from where to go on. */
export interface LogPage {
  readonly lines: readonly { readonly machine: string; readonly text: string }[];
  readonly next: string | undefined;
}

/**
 * At most 100 lines of the last 24 hours.
 * @param api of {@link flyLogs}
 * @param which of one machine, or after what was read before
 */
export async function machineLog(
  api: ApiClient,
  app: string,
  which: { readonly machine?: string; readonly after?: string },
): Promise<LogPage> {
  const { data, meta } = await api.call({
    method: "GET",
    path: `/api/v1/apps/${app}/logs`,
    query: { instance: which.machine, next_token: which.after },
    doing: `read the log of app "${app}"`,
    answer,
  });
  const next = meta?.next_token;
  return {
    lines: (data ?? []).map(({ attributes: { message, instance } }) => ({
      machine: instance ?? "",
      text: message,
    })),
    next: next === undefined || next === null || next === "" ? which.after : String(next),
  };
}
