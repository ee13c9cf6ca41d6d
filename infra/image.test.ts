import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { projectDirectory } from "./home.ts";
import { bundleDirectory, bundlesOf, ImageUnavailable, rehearsedImage, resolveImage } from "./image.ts";

const digest = `sha256:${"0a".repeat(32)}`;
const other = `sha256:${"1b".repeat(32)}`;

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "image-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** A folder of sources with a bundler of its own. */
async function sourcesWith(bundler: string): Promise<string> {
  const folder = await temporary();
  await mkdir(join(folder, "image"));
  await writeFile(join(folder, "image/bundle.ts"), bundler);
  return folder;
}

async function refusal(image: Parameters<typeof resolveImage>[0], home: string): Promise<string> {
  const error: unknown = await resolveImage(image, home).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ImageUnavailable);
  return (error as Error).message;
}

test("sources are bundled where this machine keeps images", async () => {
  const home = await temporary();
  const path = await sourcesWith(
    `const asked: string = process.argv.slice(2).join(" ");\n` +
      `if (asked !== ${JSON.stringify(`--to ${bundlesOf(home)}`)}) throw new Error(asked);\n` +
      `console.log(JSON.stringify({ digest: ${JSON.stringify(digest)} }));\n`,
  );
  expect(await resolveImage({ kind: "source", path }, home)).toEqual({ kind: "bundle", reference: digest });
});

test("a folder without a bundler is refused", async () => {
  const folder = await temporary();
  expect(await refusal({ kind: "source", path: folder }, folder)).toBe(
    `image: expected a folder with image/bundle.ts (./worker), got ${folder}`,
  );
  expect(await refusal({ kind: "source", path: "./nowhere" }, folder)).toContain(
    `got ${join(projectDirectory, "nowhere")}`,
  );
});

test.each([
  ["says why", `console.error("main.ts:1: no such name");process.exit(1);`, "main.ts:1: no such name"],
  ["is broken", `throw new TypeError("this bundler is broken");`, "TypeError: this bundler is broken"],
  ["does not compile", "const = 1;", /SyntaxError.*$/],
  ["says something else", `console.log("done");`, /printed no digest$/],
  ["is killed", `process.kill(process.pid, "SIGKILL");setInterval(() => {}, 1000);`, /bundle[.]ts/],
])("a bundler that %s is told in one sentence", async (_what, bundler, expected) => {
  const path = await sourcesWith(bundler);
  const sentence = await refusal({ kind: "source", path }, await temporary());
  expect(sentence).toMatch(expected);
  expect(sentence).toMatch(/^image: [^\n]* could not be bundled: [^\n]*$/);
});

test("a digest is found again, or refused with those that are kept", async () => {
  const home = await temporary();
  const image = { kind: "bundle", reference: digest } as const;
  expect(await refusal(image, home)).toBe(
    `image: expected one that this machine keeps (none yet; ./worker makes one), got ${digest}`,
  );
  await mkdir(bundleDirectory(home, other), { recursive: true });
  await mkdir(join(bundlesOf(home), ".partial-1"));
  expect(await refusal(image, home)).toBe(
    `image: expected one that this machine keeps (${other}; ./worker makes one), got ${digest}`,
  );
  await mkdir(bundleDirectory(home, digest));
  expect(await resolveImage(image, home)).toEqual(image);
});

test.each(["registry", "tag"] as const)("a %s is left to the host that pulls it", async (kind) => {
  const reference = "ghcr.io/acme/oxy-worker:1";
  expect(await resolveImage({ kind, reference }, "/nowhere")).toEqual({ kind: "registry", reference });
});

describe("in a rehearsal", () => {
  const pulling = [["registry"], ["registry"]] as const;

  test("hosts that pull images are given a bundle of this machine by the name of nobody's registry", async () => {
    const home = await temporary();
    await mkdir(bundleDirectory(home, digest), { recursive: true });
    const image = { kind: "registry", reference: `offline.invalid/oxy-worker@${digest}` };
    expect(await rehearsedImage({ kind: "bundle", reference: digest }, home, pulling)).toEqual({ image });
    // As the state has it, and a rollback.
    expect(await rehearsedImage({ kind: "registry", reference: image.reference }, home, pulling)).toEqual({
      image,
    });
  });

  test("one that is not kept any more is refused", async () => {
    const again = { kind: "registry", reference: `offline.invalid/oxy-worker@${other}` } as const;
    await expect(rehearsedImage(again, await temporary(), pulling)).rejects.toThrow(
      `image: expected one that this machine keeps (none yet; ./worker makes one), got ${other}`,
    );
  });

  test.each([
    { kind: "registry", reference: `ghcr.io/acme/oxy-worker@${other}` },
    { kind: "tag", reference: "ghcr.io/acme/oxy-worker:1" },
  ] as const)("the sources stand in for a $kind, and that is told", async (configured) => {
    const home = await temporary();
    const { image, instead } = await rehearsedImage(configured, home, pulling);
    expect(image.reference).toMatch(/^offline[.]invalid\/oxy-worker@sha256:[0-9a-f]{64}$/);
    const bundled = image.reference.replace(/^.*@/, "");
    expect(existsSync(join(bundleDirectory(home, bundled), "main.mjs"))).toBe(true);
    expect(instead).toBe(
      `image: ./worker (${bundled}) stands in for ${configured.reference}, which is not pulled`,
    );
  });

  test("hosts that run bundles are given what they always are", async () => {
    const home = await temporary();
    await mkdir(bundleDirectory(home, digest), { recursive: true });
    const image = { kind: "bundle", reference: digest } as const;
    expect(await rehearsedImage(image, home, [["bundle"]])).toEqual({ image });
    const pulled = { kind: "tag", reference: "ghcr.io/acme/oxy-worker:1" } as const;
    expect(await rehearsedImage(pulled, home, [["bundle"]])).toEqual({
      image: { kind: "registry", reference: pulled.reference },
    });
  });
});
