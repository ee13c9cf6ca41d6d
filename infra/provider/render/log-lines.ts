import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import type { RenderService } from "./services.ts";

const answer = z.object({
  logs: z.array(z.object({ id: z.string(), message: z.string(), timestamp: z.string() })),
});

/** A line that a service printed. */
export type LogLine = z.output<typeof answer>["logs"][number];

/** The most that Render gives at once. */
const PAGE = 100;

/**
 * What a service itself printed, the oldest first.
 * @param which the last lines since then, ISO 8601, or the first ones after it
 */
export async function logLines(
  render: ApiClient,
  service: Pick<RenderService, "id" | "name" | "ownerId">,
  which: { readonly since: string; readonly count?: number; readonly first?: boolean },
): Promise<readonly LogLine[]> {
  const { logs } = await render.call({
    method: "GET",
    path: "/logs",
    query: {
      ownerId: service.ownerId,
      resource: service.id,
      type: "app",
      startTime: which.since,
      direction: which.first === true ? "forward" : "backward",
      limit: Math.min(which.count ?? PAGE, PAGE),
    },
    doing: `read the log of service "${service.name}"`,
    answer,
  });
  return logs.toSorted((one, other) => Date.parse(one.timestamp) - Date.parse(other.timestamp));
}
