import type { Host } from "./host.ts";
import { ecsFargate } from "./hosts/ecs-fargate/host.ts";
import { fly } from "./hosts/fly/host.ts";
import { local } from "./hosts/local/host.ts";
import { railway } from "./hosts/railway/host.ts";
import { render } from "./hosts/render/host.ts";

/** Every kind of host; each is a folder of `hosts/`. */
export const hosts = { local, render, fly, railway, "ecs-fargate": ecsFargate } as const satisfies Record<
  string,
  Host
>;

/** @throws Error when there is none: the configuration admits only those that are */
export function hostNamed(name: string): Host {
  const host: Host | undefined = (hosts as Record<string, Host>)[name];
  if (host === undefined) throw new Error(`no host is named ${name}`);
  return host;
}
