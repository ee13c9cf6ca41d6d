import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { isApiFailure } from "../../api/failure.ts";
import { until } from "../../api/until.ts";
import type { Context } from "../resource.ts";
import { quoted, type RenderService } from "./services.ts";

/** How much longer than its grace period a suspended service may take until no instance is listed, in s. */
const SUSPENSION_MARGIN_SECONDS = 60;

const instances = z.array(z.object({ id: z.string() }));

/** Suspended first: only of a service that is still there does Render say whether its instances have ended. */
export async function removeService(
  render: ApiClient,
  found: RenderService,
  graceSeconds: number,
  context: Context,
): Promise<void> {
  const path = `/services/${found.id}`;
  try {
    if (found.suspended !== "suspended")
      await render.call({
        method: "POST",
        path: `${path}/suspend`,
        doing: `suspend ${quoted(found)}`,
        repeatable: true,
      });
    context.progress(`draining, up to ${graceSeconds} s`);
    await until(graceSeconds + SUSPENSION_MARGIN_SECONDS, context.signal, async () => {
      const running = await render.call({
        method: "GET",
        path: `${path}/instances`,
        doing: `list instances of ${quoted(found)}`,
        answer: instances,
      });
      return running.length === 0 ? true : undefined;
    });
    await render.call({ method: "DELETE", path, doing: `delete ${quoted(found)}` });
  } catch (error) {
    if (!isApiFailure(error, "missing")) throw error;
  }
}
