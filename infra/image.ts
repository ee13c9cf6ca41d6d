import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { projectDirectory } from "./home.ts";
import type { ImageReference } from "./stack-config/image-reference.ts";

/** What is deployed: by digest, unless the stack's config names a tag. */
export interface Image {
  /** A bundle on this machine, or an image in a registry. */
  readonly kind: "bundle" | "registry";
  readonly reference: string;
}

/** There is no such image; the message says what there is. */
export class ImageUnavailable extends Error {
  override readonly name = "ImageUnavailable";
}

const run = promisify(execFile);
const BUNDLER = "image/bundle.ts";
/** Our own sources. */
const SOURCES = { kind: "source", path: "./worker" } as const satisfies ImageReference;
/** The registry of a rehearsal, whose names nobody can resolve (RFC 2606, 2). */
const REHEARSED = "offline.invalid/oxy-worker";

/** Where the bundles of this machine are, each in a folder named by its digest. */
export function bundlesOf(home: string): string {
  return join(home, "images");
}

/** The folder of a bundle. `reference` is `sha256:…`. */
export function bundleDirectory(home: string, reference: string): string {
  return join(bundlesOf(home), reference.replace(/^sha256:/, ""));
}

/**
 * Sources are bundled; what is built already is found again by its digest.
 * @throws ImageUnavailable
 */
export async function resolveImage(image: ImageReference, home: string): Promise<Image> {
  switch (image.kind) {
    case "source":
      return { kind: "bundle", reference: await bundle(resolve(projectDirectory, image.path), home) };
    case "bundle":
      if (!existsSync(bundleDirectory(home, image.reference))) throw await notKept(image.reference, home);
      return { kind: "bundle", reference: image.reference };
    case "registry":
    case "tag":
      return { kind: "registry", reference: image.reference };
  }
}

/**
 * The image for hosts that run such kinds, in a rehearsal. Hosts that run images of a registry are given a bundle of
 * this machine under a name of nobody's registry; what would be pulled, the sources stand in for.
 * @param kinds of each host
 * @returns also what to tell about that
 * @throws ImageUnavailable
 */
export async function rehearsedImage(
  image: ImageReference,
  home: string,
  kinds: readonly (readonly Image["kind"][])[],
): Promise<{ readonly image: Image; readonly instead?: string }> {
  if (kinds.every((each) => each.includes("bundle"))) return { image: await resolveImage(image, home) };
  const again = image.kind === "registry" && image.reference.startsWith(`${REHEARSED}@`);
  const pulled = (image.kind === "registry" || image.kind === "tag") && !again;
  const meant: ImageReference = again
    ? { kind: "bundle", reference: image.reference.slice(REHEARSED.length + 1) }
    : pulled
      ? SOURCES
      : image;
  const { reference } = await resolveImage(meant, home);
  return {
    image: { kind: "registry", reference: `${REHEARSED}@${reference}` },
    ...(pulled
      ? {
          instead: `image: ${SOURCES.path} (${reference}) stands in for ${image.reference}, which is not pulled`,
        }
      : {}),
  };
}

/** Runs the sources' own bundler: infra knows nothing of what is inside. */
async function bundle(sources: string, home: string): Promise<string> {
  const bundler = join(sources, BUNDLER);
  if (!existsSync(bundler)) {
    throw new ImageUnavailable(`image: expected a folder with ${BUNDLER} (./worker), got ${sources}`);
  }
  try {
    const { stdout } = await run(process.execPath, [bundler, "--to", bundlesOf(home)]);
    return digestIn(stdout);
  } catch (error) {
    throw new ImageUnavailable(`image: ${sources} could not be bundled: ${reasonOf(error as Error)}`);
  }
}

/** A bundler prints JSON. @throws Error when there is no digest in it */
function digestIn(printed: string): string {
  const digest = /"digest":\s*"(sha256:[0-9a-f]{64})"/.exec(printed)?.[1];
  if (digest === undefined) throw new Error(`${BUNDLER} printed no digest`);
  return digest;
}

/** A bundler that fails prints a sentence; Node, when the bundler itself is broken, a page with the error in it. */
function reasonOf(error: Error & { readonly stderr?: string }): string {
  const lines = (error.stderr ?? "").split("\n").filter((line) => line.trim() !== "");
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines[0] ?? error.message.trim();
}

async function notKept(reference: string, home: string): Promise<ImageUnavailable> {
  const kept = await readdir(bundlesOf(home)).catch(() => []);
  const names = kept.filter((name) => /^[0-9a-f]{64}$/.test(name)).map((name) => `sha256:${name}`);
  return new ImageUnavailable(
    `image: expected one that this machine keeps (${names.join(", ") || "none yet"}; ./worker makes one), got ${reference}`,
  );
}
