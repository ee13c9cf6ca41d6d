import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates } from "node:tls";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import manifest from "../package.json" with { type: "json" };

export type Builder = "docker" | "podman" | "buildah";

export interface ImageOptions {
  readonly tag: string;
  /** Instead of the one that the Dockerfile names. */
  readonly baseImage?: string | undefined;
}

export interface BuiltImage {
  readonly tag: string;
  /** Of its configuration, and so of everything in it: `sha256:…`. */
  readonly id: string;
  readonly bytes: number;
}

/** The image was not built; the builder has printed why. */
export class BuildFailed extends Error {
  override readonly name = "BuildFailed";
}

const run = promisify(execFile);
const project = fileURLToPath(new URL("../..", import.meta.url));
/** What each answers when it works; a docker command without its daemon does not. */
const PROBES: Readonly<Record<Builder, readonly string[]>> = {
  docker: ["info", "--format", "{{.ServerVersion}}"],
  podman: ["info"],
  buildah: ["info"],
};
const PROBE_MS = 10_000;

/** The first builder of this machine that works. */
export async function findBuilder(): Promise<Builder | undefined> {
  for (const builder of ["docker", "podman", "buildah"] as const) {
    const works = await run(builder, [...PROBES[builder]], { timeout: PROBE_MS }).then(
      () => true,
      () => false,
    );
    if (works) return builder;
  }
  return undefined;
}

/**
 * Builds the Dockerfile, with what this machine needs to reach the npm registry lent to the build and left out of the
 * image. What the builder prints goes to the standard error.
 * @throws BuildFailed
 */
export async function buildImage(builder: Builder, { tag, baseImage }: ImageOptions): Promise<BuiltImage> {
  const folder = await mkdtemp(join(tmpdir(), "image-"));
  try {
    const idFile = join(folder, "id");
    const labels = {
      VERSION: manifest.version,
      REVISION: await revision(),
      SOURCE: await source(),
      BASE_IMAGE: baseImage,
    };
    const args = [
      ...["build", "--file", join(project, "Dockerfile"), "--tag", tag, "--iidfile", idFile],
      // OCI's own format has no health check.
      ...(builder === "docker" ? [] : ["--format", "docker"]),
      ...Object.entries(labels).flatMap(([key, value]) =>
        value === undefined ? [] : ["--build-arg", `${key}=${value}`],
      ),
      ...(await secrets(folder)),
      project,
    ];
    const child = spawn(builder, args, { stdio: ["ignore", 2, 2] });
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0) throw new BuildFailed(`${builder} could not build the image, see above`);
    const id = (await readFile(idFile, "utf8")).trim();
    return { tag, id, bytes: await sizeOf(builder, id) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What npm is told on this machine, and whom TLS trusts here beyond the usual. */
async function secrets(folder: string): Promise<string[]> {
  const certificates = join(folder, "certificates.pem");
  await writeFile(certificates, [...getCACertificates("system"), ...getCACertificates("extra")].join("\n"));
  const { stdout } = await run("npm", ["config", "get", "userconfig"]);
  const npmrc = stdout.trim();
  return [
    ...["--secret", `id=certificates,src=${certificates}`],
    ...(existsSync(npmrc) ? ["--secret", `id=npmrc,src=${npmrc}`] : []),
  ];
}

async function revision(): Promise<string | undefined> {
  const commit = await git("rev-parse", "HEAD");
  const changed = await git("status", "--porcelain");
  return commit && (changed ? `${commit}-changed` : commit);
}

/** Where the code is from, without what a person may have put into the address to get in. */
async function source(): Promise<string | undefined> {
  const remote = await git("remote", "get-url", "origin");
  const url =
    remote && /^(?:https?:[/][/]|ssh:[/][/])?(?:[^@/]*@)?([\w.-]+)[:/](.+?)(?:[.]git)?$/.exec(remote);
  return url ? `https://${url[1]}/${url[2]}` : undefined;
}

/** Undefined without git, or outside a clone. */
async function git(...args: string[]): Promise<string | undefined> {
  return await run("git", args, { cwd: project }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

async function sizeOf(builder: Builder, id: string): Promise<number> {
  if (builder !== "buildah")
    return Number((await run(builder, ["image", "inspect", "--format", "{{.Size}}", id])).stdout);
  const { stdout } = await run(builder, ["images", "--json"]);
  const images = JSON.parse(stdout) as { id: string; size: string }[];
  return bytesOf(images.find((image) => id.startsWith(`sha256:${image.id}`))?.size ?? "");
}

/** buildah only knows "185 MB". */
function bytesOf(text: string): number {
  const [, number = "", unit = ""] = /^([\d.]+) (B|KB|MB|GB)$/.exec(text) ?? [];
  return Math.round(Number(number) * 1000 ** ["B", "KB", "MB", "GB"].indexOf(unit));
}
