import { afterEach } from "vitest";
import { shardOf } from "../../sessions/shards.ts";
import { LocalDeployment, type DeploymentOptions } from "../deployment.ts";
import type { Phone } from "../whatsapp/phone.ts";

/** Quick hand-overs, so that a test need not wait for a lease of production length. */
const QUICK = {
  OXY_LEASE_SECONDS: "1.5",
  OXY_ACK_TIMEOUT_MS: "2000",
  OXY_AI_BACKOFF_MS: "100",
  OXY_REPLY_OBJECTIVE_MS: "5000",
  DRAIN_SECONDS: "10",
};

/** In the order of their shards: of every two, the second one goes to a second process. */
export const FOUR: readonly string[] = ["ana", "bia", "caio", "duda"].toSorted(
  (a, b) => shardOf(a) - shardOf(b),
);

export const echo = (text: string): string => `re: ${text}`;

/** Starts deployments for a test and ends them with it; a fault inside the simulator fails the test. */
export function useDeployments(): (options?: Partial<DeploymentOptions>) => Promise<LocalDeployment> {
  const started: LocalDeployment[] = [];
  afterEach(async () => {
    const ended = started.splice(0);
    await Promise.all(ended.map((deployment) => deployment.stop()));
    for (const { whatsapp } of ended) for (const error of whatsapp.errors) throw error;
  });
  return async (options = {}) => {
    const deployment = await LocalDeployment.start({
      answering: echo,
      ...options,
      environment: { ...QUICK, ...options.environment },
    });
    started.push(deployment);
    return deployment;
  };
}

/** Adds these organizations, and links a phone to each. */
export async function linked(
  deployment: LocalDeployment,
  organizations: readonly string[],
): Promise<Phone[]> {
  const phones: Phone[] = [];
  for (const organization of organizations) {
    await deployment.addOrganization(organization);
    phones.push(await deployment.pair(organization));
  }
  return phones;
}
