import type { Api } from "../../api/api.ts";

/** Upstash's Developer API (Upstash docs, openapi.yml of 2026-08-12; authentication.mdx). */
export const upstash: Api = {
  title: "Upstash",
  url: "https://api.upstash.com/v2",
  urlVariable: "UPSTASH_API_URL",
  variables: ["UPSTASH_EMAIL", "UPSTASH_API_KEY"],
  headers: ({ UPSTASH_EMAIL = "", UPSTASH_API_KEY = "" }) => ({
    authorization: `Basic ${Buffer.from(`${UPSTASH_EMAIL}:${UPSTASH_API_KEY}`).toString("base64")}`,
  }),
  messageOf(body) {
    // Described as `message`; Upstash's own command (upstash/cli, 2026-06) also reads `error`.
    const { message, error } = (typeof body === "object" && body !== null ? body : {}) as Record<
      string,
      unknown
    >;
    return [message, error].find((words) => typeof words === "string");
  },
  probe: { method: "GET", path: "/redis/databases" },
  whereFrom: "console.upstash.com, Account, Management API; UPSTASH_EMAIL is the account's address",
};
