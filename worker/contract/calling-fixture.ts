import { policyOf, type Policy } from "../conversation/policy.ts";
import { MINUTE, type Deployment } from "../conversation/record-fixture.ts";
import { createApiStore, type ApiStore } from "../runtime/api-store.ts";
import type { Logger } from "../runtime/logging.ts";
import { organizationSettings } from "../sessions/organization.ts";
import { Organizations } from "../sessions/organizations.ts";

const quiet = (): void => {};
const silent: Logger = { error: quiet, warn: quiet, info: quiet, debug: quiet };

/** What a process of role web has, on a deployment of a test. */
export async function webProcess(
  deployment: Deployment,
  organizations: readonly string[],
  log: Logger = silent,
): Promise<ApiStore> {
  const { redis, keys, sealing, record } = deployment;
  const known = new Organizations({ redis, keys, sealing, log });
  for (const id of organizations) await known.save(id, organizationSettings.parse({ name: `Loja ${id}` }));
  const policy = (id: string): Policy => policyOf(known.find(id));
  return createApiStore({
    ...{ redis, keys, sealing, log, record, policy, organizations: known },
    queues: { connection: redis as never },
  });
}

/** A customer wrote to an organization, by this number. */
export async function wrote(
  deployment: Deployment,
  organization: string,
  chat: string,
  number: string,
  text = "oi",
): Promise<void> {
  const talk = await deployment.chat(organization, chat);
  await talk.receive({
    kind: "customer",
    id: `${chat}-${text}`,
    sender: chat,
    at: Date.now() - MINUTE,
    text,
    name: "Ana",
    number,
  });
}
