import { z } from "zod";
import type { Api } from "../../api/api.ts";

const refusal = z.object({ message: z.string() });

/** Render's REST API (api-docs.render.com). */
export const renderApi: Api = {
  title: "Render",
  url: "https://api.render.com/v1",
  urlVariable: "RENDER_API_URL",
  variables: ["RENDER_API_KEY"],
  headers: ({ RENDER_API_KEY = "" }) => ({ authorization: `Bearer ${RENDER_API_KEY}` }),
  messageOf: (body) => refusal.safeParse(body).data?.message,
  probe: { method: "GET", path: "/owners", query: { limit: 1 } },
  whereFrom: "dashboard.render.com, Account Settings, API Keys",
};
