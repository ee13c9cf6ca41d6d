import { MINUTE, type Deployment } from "../conversation/record-fixture.ts";
import { measureWaiting, type Waiting } from "./waiting.ts";

/** Measures now, whoever has measured before. */
export async function waitingIn(here: Deployment, fleet = "blue"): Promise<Waiting> {
  await here.redis.del(here.keys.measured(fleet));
  const { waiting } = await measureWaiting(here.redis, here.keys, { fleet, everyMs: MINUTE });
  if (waiting === undefined) throw new Error("measured by somebody else");
  return waiting;
}
