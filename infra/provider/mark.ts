import { NotOurs } from "./resource.ts";

/** Whose something at a host is, as its environment says: the deployment makes these settings of every process. */
export interface Mark {
  readonly stack: string;
  readonly fleet: string;
}

/** The mark that an environment bears; undefined when it bears none. */
export function markIn(environment: Readonly<Record<string, string | undefined>>): Mark | undefined {
  const { OXY_NAMESPACE: stack, OXY_FLEET: fleet } = environment;
  return stack === undefined || fleet === undefined ? undefined : { stack, fleet };
}

/**
 * What exists under a name of ours is ours only if it says so.
 * @param what names it, with where it is: `service "oxy-…" at Render`
 * @throws NotOurs when it is somebody else's
 */
export function requireMark(what: string, found: Mark | undefined, { stack, fleet }: Mark): void {
  if (found?.stack === stack && found.fleet === fleet) return;
  const whose =
    found === undefined ? "nobody's that we know" : `fleet ${found.fleet} of stack ${found.stack}`;
  throw new NotOurs(
    `${what} exists and is not of fleet ${fleet} of stack ${stack}, but ${whose}: rename or delete it, or name the fleet otherwise`,
  );
}
