import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { isApiFailure } from "../../api/failure.ts";
import { ResourceFailed } from "../resource.ts";

export const NONCE_HEADER = "fly-machine-lease-nonce";

/** The right to change a machine, of which there is one at a time. */
export interface Lease {
  readonly nonce: string;
  /** Fine when the machine is gone, or the lease is over. */
  release(): Promise<void>;
}

const held = z.object({
  nonce: z.string().nullish(),
  owner: z.string().nullish(),
  description: z.string().nullish(),
  /** Unix time, in s. */
  expires_at: z.number().nullish(),
});
/** Documented with this envelope; described without it. */
const answer = z.union([z.object({ data: held }).transform(({ data }) => data), held]);
type Held = z.output<typeof held>;

/** A machine that is to be leased: where it is in the API, and how it is called in sentences. */
export interface Leasable {
  readonly path: string;
  readonly title: string;
}

/**
 * Leases a machine, so that nobody else changes it meanwhile. A lease of the same holder is taken over: it is of an
 * update that was cut off, because the engine admits one at a time.
 * @param holder whose it is, in the lease's description
 * @throws ResourceFailed when somebody else holds it: who, and until when
 */
export async function holdLease(
  api: ApiClient,
  machine: Leasable,
  holder: string,
  seconds: number,
): Promise<Lease> {
  const { nonce } = (await newLease(api, machine, holder, seconds)) ?? (await ownLease(api, machine, holder));
  return { nonce, release: () => release(api, machine, nonce) };
}

/** @returns undefined when there is one already */
async function newLease(api: ApiClient, { path, title }: Leasable, holder: string, seconds: number) {
  try {
    return withNonce(
      await api.call({
        method: "POST",
        path: `${path}/lease`,
        body: { ttl: seconds, description: holder },
        doing: `lease ${title}`,
        answer,
        // Whoever cannot know what became of it finds its own lease.
        repeatable: true,
      }),
    );
  } catch (error) {
    if (isApiFailure(error, "conflict")) return undefined;
    throw error;
  }
}

async function ownLease(api: ApiClient, { path, title }: Leasable, holder: string) {
  const lease = await api.call({
    method: "GET",
    path: `${path}/lease`,
    doing: `see who leases ${title}`,
    answer,
  });
  const own = lease.description === holder ? withNonce(lease) : undefined;
  if (own !== undefined) return own;
  const until =
    typeof lease.expires_at === "number" ? ` until ${new Date(lease.expires_at * 1_000).toISOString()}` : "";
  throw new ResourceFailed(
    `${title} is leased by ${lease.owner ?? "somebody else"}${until}: nobody else may change it; again after that`,
  );
}

function withNonce(lease: Held): { readonly nonce: string } | undefined {
  return typeof lease.nonce === "string" ? { nonce: lease.nonce } : undefined;
}

async function release(api: ApiClient, { path, title }: Leasable, nonce: string): Promise<void> {
  try {
    await api.call({
      method: "DELETE",
      path: `${path}/lease`,
      headers: { [NONCE_HEADER]: nonce },
      doing: `release ${title}`,
    });
  } catch (error) {
    if (!isApiFailure(error, "missing")) throw error;
  }
}
