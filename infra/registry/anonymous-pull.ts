import ky, { HTTPError, type KyInstance } from "ky";
import { z } from "zod";
import { reasonOf } from "../api/failure.ts";
import { isLoopback, type ImageName } from "./image-name.ts";

/** What a registry says to somebody without a login. */
export type PullAnswer =
  /** `linux/arm64` and such; empty where the registry does not say. */
  | { readonly is: "there"; readonly platforms: readonly string[] }
  | { readonly is: "refused"; readonly status: 401 | 403 }
  | { readonly is: "missing" }
  /** Nobody can tell: it is away, or has had enough of us. */
  | { readonly is: "unknown"; readonly why: string };

const INDEXES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];
const MANIFESTS = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];
/** For one answer, in ms. */
const PATIENCE_MS = 5_000;

const platform = z.object({ os: z.string(), architecture: z.string() });
const manifest = z.object({
  manifests: z.array(z.object({ platform: platform.optional() })).optional(),
  config: z.object({ digest: z.string() }).optional(),
});
const token = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** Asks a registry for an image as whoever has no login for it does (OCI distribution spec 1.1). */
export async function anonymousPull(name: ImageName): Promise<PullAnswer> {
  const http = ky.create({ timeout: PATIENCE_MS, retry: 0 });
  const at = `${name.address}/v2/${name.repository}`;
  try {
    const { session, text } = await manifestAt(`${at}/manifests/${name.digest}`, name, http);
    const { manifests, config } = manifest.parse(JSON.parse(text));
    if (manifests !== undefined) return { is: "there", platforms: manifests.flatMap(namesOf) };
    if (config === undefined) return { is: "there", platforms: [] };
    const blob = await session(`${at}/blobs/${config.digest}`).text();
    const { success, data } = platform.safeParse(JSON.parse(blob));
    return { is: "there", platforms: success ? namesOf({ platform: data }) : [] };
  } catch (error) {
    return answerOf(error as Error);
  }
}

/** @returns also with what it was let in */
async function manifestAt(
  url: string,
  name: ImageName,
  http: KyInstance,
): Promise<{ readonly session: KyInstance; readonly text: string }> {
  const headers = { accept: [...INDEXES, ...MANIFESTS].join(", ") };
  try {
    return { session: http, text: await http(url, { headers }).text() };
  } catch (error) {
    const wanted = error instanceof HTTPError ? error.response.headers.get("www-authenticate") : undefined;
    const where = wanted && tokenAddress(wanted, name);
    if (!where) throw error;
    const issued = token.parse(await http(where).json());
    const authorization = `Bearer ${issued.token ?? issued.access_token ?? ""}`;
    const session = http.extend({ headers: { authorization } });
    return { session, text: await session(url, { headers }).text() };
  }
}

/**
 * Where a registry gives tokens to everybody. `Bearer realm="https://…",service="…",scope="repository:…:pull"`
 * @returns undefined where it wants a login, or the token would be asked for in clear
 */
function tokenAddress(challenge: string, { repository }: ImageName): URL | undefined {
  const [scheme, parameters = ""] = challenge.split(/\s+(.*)/s);
  if (scheme?.toLowerCase() !== "bearer") return undefined;
  const said = new Map(
    [...parameters.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]),
  );
  const realm = said.get("realm") ?? "";
  if (!URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  if (url.protocol !== "https:" && !isLoopback(url.host)) return undefined;
  const service = said.get("service");
  if (service !== undefined) url.searchParams.set("service", service);
  url.searchParams.set("scope", said.get("scope") ?? `repository:${repository}:pull`);
  return url;
}

function namesOf({ platform: found }: { readonly platform?: z.output<typeof platform> | undefined }) {
  // Attestations of a build are in an index, too.
  return found === undefined || found.os === "unknown" ? [] : [`${found.os}/${found.architecture}`];
}

function answerOf(error: Error): PullAnswer {
  if (!(error instanceof HTTPError)) return { is: "unknown", why: reasonOf(error) };
  const { status } = error.response;
  if (status === 401 || status === 403) return { is: "refused", status };
  if (status === 404) return { is: "missing" };
  return { is: "unknown", why: `it answers ${status}` };
}
