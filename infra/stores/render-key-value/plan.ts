import type { StorePlan } from "../../store.ts";
import type { RenderKeyValueConfig } from "./config.ts";

export interface RenderKeyValuePlan extends StorePlan {
  readonly kind: "render-key-value";
  readonly workspace: string;
  readonly region: string;
  readonly plan: string;
  readonly openToInternet: boolean;
}

const KEEPS_NOTHING = "everything, when it restarts, which Render may do at any time";
const KEEPS = "about the last second, when the instance dies: its append-only file is synced every second";

export function planStore(request: {
  readonly production: boolean;
  readonly config: RenderKeyValueConfig;
}): RenderKeyValuePlan {
  const { plan, region, openToInternet, workspace } = request.config;
  return {
    kind: "render-key-value",
    identity: ["render-key-value", region, ...(workspace === "" ? [] : [workspace])].join("/"),
    mayLose: plan === "free" ? KEEPS_NOTHING : KEEPS,
    protected: request.production,
    workspace,
    region,
    plan,
    openToInternet,
  };
}
