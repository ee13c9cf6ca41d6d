import type { Api } from "../../api/api.ts";

/** Fly's Machines API (Fly docs, machines/api/working-with-machines-api, 2026-08). */
export const fly: Api = {
  title: "Fly.io",
  url: "https://api.machines.dev/v1",
  urlVariable: "FLY_API_URL",
  variables: ["FLY_API_TOKEN"],
  headers: ({ FLY_API_TOKEN = "" }) => ({ authorization: authorizationOf(FLY_API_TOKEN) }),
  messageOf(body) {
    // A lease that is in the way is told as `message`, all else as `error`.
    const { error, message } = (typeof body === "object" && body !== null ? body : {}) as Record<
      string,
      unknown
    >;
    return [error, message].find((words) => typeof words === "string");
  },
  // Nobody's: apps are listed by organization, which no token says.
  probe: { method: "GET", path: "/apps/oxy-looks-for-nothing" },
  whereFrom: "fly tokens create org",
};

/**
 * What `fly logs` reads, elsewhere and without a promise that it stays (Fly docs, monitoring/logs-api-options,
 * 2025-10). Whoever names another address names it for both.
 */
export const flyLogs: Api = { ...fly, title: "Fly.io's logs", url: "https://api.fly.io" };

/** As Fly's own command has it (superfly/fly-go, tokens.go, 2026-08): a macaroon has a scheme of its own. */
function authorizationOf(token: string): string {
  const bare = token.trim().replace(/^((bearer|flyv1)\s+)+/i, "");
  return `${/^fm(1r|1a|2)_/.test(bare) ? "FlyV1" : "Bearer"} ${bare}`;
}
