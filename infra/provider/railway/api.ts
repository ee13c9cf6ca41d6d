import { z } from "zod";
import type { Api } from "../../api/api.ts";

/** Its body of a refusal, with whatever status. */
export const refusal = z.object({
  errors: z.array(z.object({ message: z.string() })).min(1),
});

/**
 * Railway's public API (docs.railway.com/integrations/api, 2026-08). A token of an account or a workspace: one of a
 * project goes by another header, and creates no project.
 */
export const railwayApi: Api = {
  title: "Railway",
  url: "https://backboard.railway.com",
  urlVariable: "RAILWAY_API_URL",
  variables: ["RAILWAY_TOKEN"],
  headers: ({ RAILWAY_TOKEN = "" }) => ({ authorization: `Bearer ${RAILWAY_TOKEN}` }),
  messageOf: (body) => refusal.safeParse(body).data?.errors[0]?.message,
  probe: {
    method: "POST",
    path: "/graphql/v2",
    body: { query: "query workspaces { apiToken { workspaces { id name } } }", variables: {} },
  },
  whereFrom: "railway.com/account/tokens, of one workspace",
};
