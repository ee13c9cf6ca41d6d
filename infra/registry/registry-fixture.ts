import { createHash } from "node:crypto";
import type { AddressInfo } from "node:net";
import fastify, { type FastifyInstance } from "fastify";

/** How a registry lets whoever has no login pull. */
export type Door = "open" | "token" | "token-refused" | "token-for-nothing" | "login";

export interface TestRegistry {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** Method and path of each request, in their order. */
  readonly asked: string[];
  /** @returns the image's reference, by digest */
  push(repository: string, document: object): string;
  /** @returns the reference of an image for one platform */
  pushImage(repository: string, os: string, architecture: string): string;
  /** @returns the reference of an image for several platforms: `linux/arm64` */
  pushIndex(repository: string, platforms: readonly string[]): string;
  close(): Promise<void>;
}

const INDEX = "application/vnd.oci.image.index.v1+json";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

/** A registry of nobody on loopback, as the OCI distribution spec has it. */
export async function startRegistry(door: Door): Promise<TestRegistry> {
  const app = fastify({ exposeHeadRoutes: true });
  const blobs = new Map<string, string>();
  const asked: string[] = [];
  app.addHook("onRequest", async ({ method, url }) => void asked.push(`${method} ${url}`));
  serveTokens(app, door);

  const isLetIn = (authorization: string | undefined): boolean =>
    door === "open" || (door === "token" && authorization === "Bearer for:repository:acme/worker:pull");
  app.get<{ Params: { "*": string } }>("/v2/*", async (request, reply) => {
    if (!isLetIn(request.headers.authorization)) {
      const realm = `http://${request.host}/token`;
      const challenge =
        door === "login"
          ? 'Basic realm="registry"'
          : `Bearer realm="${realm}",service="registry.test",scope="repository:acme/worker:pull"`;
      return await reply.code(401).header("www-authenticate", challenge).send({ errors: [] });
    }
    const [digest = ""] = /sha256:\w+$/.exec(request.params["*"]) ?? [];
    const found = blobs.get(`${digest}`);
    if (found === undefined) return await reply.code(404).send({ errors: [{ code: "MANIFEST_UNKNOWN" }] });
    const { mediaType = "application/json" } = JSON.parse(found) as { mediaType?: string };
    if (mediaType !== "application/json" && request.headers.accept?.includes(mediaType) !== true)
      return await reply.code(404).send({ errors: [{ code: "MANIFEST_UNKNOWN", message: "accept" }] });
    return await reply.type(mediaType).send(found);
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const host = `127.0.0.1:${(app.server.address() as AddressInfo).port}`;

  const keep = (document: object): string => {
    const text = JSON.stringify(document);
    const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
    blobs.set(digest, text);
    return digest;
  };
  const push = (repository: string, document: object): string => `${host}/${repository}@${keep(document)}`;
  return {
    host,
    asked,
    push,
    pushImage: (repository, os, architecture) =>
      push(repository, { mediaType: MANIFEST, config: { digest: keep({ os, architecture }) }, layers: [] }),
    pushIndex: (repository, platforms) =>
      push(repository, {
        mediaType: INDEX,
        manifests: platforms.map((platform) => {
          const [os = "", architecture = ""] = platform.split("/");
          return { digest: keep({ platform }), platform: { os, architecture } };
        }),
      }),
    close: () => app.close(),
  };
}

function serveTokens(app: FastifyInstance, door: Door): void {
  app.get<{ Querystring: { scope?: string } }>("/token", async ({ query }, reply) => {
    if (door === "token-refused") return await reply.code(403).send({ errors: [{ code: "DENIED" }] });
    return { token: `for:${query.scope ?? ""}` };
  });
}
