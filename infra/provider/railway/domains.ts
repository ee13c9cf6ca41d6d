import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { createOnce } from "../../api/create-once.ts";
import { ask } from "./graphql.ts";
import type { FoundProject } from "./projects.ts";
import { seeService, type FoundService, type SeenService } from "./services.ts";

/** The service's address on the internet, made by Railway where there is none yet. @param port that it serves on */
export async function ensureDomain(
  api: ApiClient,
  place: FoundProject,
  service: FoundService,
  { domains: [known] }: SeenService,
  port: number,
  signal: AbortSignal,
): Promise<string> {
  if (known !== undefined) return known;
  return await createOnce(
    async () => (await seeService(api, place, service)).domains[0],
    async () => {
      const { serviceDomainCreate } = await ask(api, {
        document: `mutation serviceDomainCreate($input: ServiceDomainCreateInput!) {
          serviceDomainCreate(input: $input) { domain }
        }`,
        variables: {
          input: { serviceId: service.id, environmentId: place.environmentId, targetPort: port },
        },
        doing: `give service "${service.name}" a domain`,
        answer: z.object({ serviceDomainCreate: z.object({ domain: z.string() }) }),
      });
      return serviceDomainCreate.domain;
    },
    signal,
  );
}

/** Railway serves its domains by HTTPS; one on the loopback is an emulated one, which nobody certifies. */
export function urlOf(domain: string): string {
  return `${domain.startsWith("127.") ? "http" : "https"}://${domain}`;
}
