/** Where an image is pulled from, by digest. */
export interface ImageName {
  /** As people write it. */
  readonly registry: string;
  /** Where its API is. */
  readonly address: string;
  readonly repository: string;
  readonly digest: string;
}

/** Docker's own, which a name without a registry means. */
const DOCKER = { registry: "docker.io", address: "https://registry-1.docker.io" };

/**
 * As docker reads a name: its first part is a registry where it has a dot or a port, or is `localhost`.
 * @returns undefined for one without a digest
 */
export function imageNameOf(reference: string): ImageName | undefined {
  const [name = "", digest] = reference.split("@");
  if (digest === undefined || !/^sha256:[0-9a-f]{64}$/.test(digest)) return undefined;
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  const isRegistry = /[.:]/.test(first) || first === "localhost";
  const registry = isRegistry ? first : DOCKER.registry;
  const path = isRegistry ? name.slice(slash + 1) : name;
  if (registry === DOCKER.registry)
    return { ...DOCKER, repository: path.includes("/") ? path : `library/${path}`, digest };
  const scheme = isLoopback(registry) ? "http" : "https";
  return { registry, address: `${scheme}://${registry}`, repository: path, digest };
}

/** Whether a host, maybe with a port, is this machine: only there is a registry asked without TLS. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host);
}
