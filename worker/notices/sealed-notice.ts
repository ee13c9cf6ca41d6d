import type { Sealing } from "../adapters/redis/sealing.ts";

/** Who is told what. */
interface Told {
  readonly number: string;
  readonly text: string;
}

export function sealNotice(sealing: Sealing, organization: string, id: string, told: Told): string {
  return sealing.seal(place(organization, id), JSON.stringify(told));
}

/** @throws Unsealable */
export function openNotice(sealing: Sealing, organization: string, id: string, sealed: string): Told {
  return JSON.parse(sealing.openText(place(organization, id), sealed)) as Told;
}

function place(organization: string, id: string): string {
  return `notice:${organization}:${id}`;
}
