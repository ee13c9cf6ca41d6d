import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { createOnce } from "../../api/create-once.ts";
import { ask } from "./graphql.ts";
import type { FoundProject } from "./projects.ts";
import { seeService, type FoundService, type SeenService } from "./services.ts";

/** Where a service is reached from outside. */
export type Proxy = Pick<SeenService["proxies"][number], "domain" | "port">;

/**
 * A TCP proxy where it is wanted, and none where it is not. The mutation is deprecated in favour of staged changes, whose
 * form the schema does not say; it is what is described.
 */
export async function ensureProxy(
  place: FoundProject & { readonly isOpen: boolean; readonly port: number },
  service: FoundService,
  { proxies }: SeenService,
  { api, signal }: { readonly api: ApiClient; readonly signal: AbortSignal },
): Promise<Proxy | undefined> {
  const [known] = proxies;
  if (!place.isOpen) {
    for (const { id } of proxies) {
      await ask(api, {
        document: `mutation tcpProxyDelete($id: String!) { tcpProxyDelete(id: $id) }`,
        variables: { id },
        doing: `close service "${service.name}" to the internet`,
        answer: z.object({ tcpProxyDelete: z.boolean() }),
      });
    }
    return undefined;
  }
  if (known !== undefined) return known;
  return await createOnce<Proxy>(
    async () => (await seeService(api, place, service)).proxies[0],
    async () => {
      const { tcpProxyCreate } = await ask(api, {
        document: `mutation tcpProxyCreate($input: TCPProxyCreateInput!) {
          tcpProxyCreate(input: $input) { domain proxyPort }
        }`,
        variables: {
          input: { environmentId: place.environmentId, serviceId: service.id, applicationPort: place.port },
        },
        doing: `open service "${service.name}" to the internet`,
        answer: z.object({ tcpProxyCreate: z.object({ domain: z.string(), proxyPort: z.number() }) }),
      });
      return { domain: tcpProxyCreate.domain, port: tcpProxyCreate.proxyPort };
    },
    signal,
  );
}
