import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { anonymousPull } from "./anonymous-pull.ts";
import { imageNameOf, type ImageName } from "./image-name.ts";
import { startRegistry, type Door, type TestRegistry } from "./registry-fixture.ts";

const DIGEST = `sha256:${"0".repeat(64)}`;

async function registry(door: Door): Promise<TestRegistry> {
  const started = await startRegistry(door);
  onTestFinished(() => started.close());
  return started;
}

function named(reference: string): ImageName {
  const name = imageNameOf(reference);
  if (name === undefined) throw new Error(`${reference} has no digest`);
  return name;
}

test.each([
  ["ghcr.io/acme/worker", "ghcr.io", "https://ghcr.io", "acme/worker"],
  ["acme/worker", "docker.io", "https://registry-1.docker.io", "acme/worker"],
  ["docker.io/acme/worker", "docker.io", "https://registry-1.docker.io", "acme/worker"],
  ["redis", "docker.io", "https://registry-1.docker.io", "library/redis"],
  ["public.ecr.aws/acme/deep/worker", "public.ecr.aws", "https://public.ecr.aws", "acme/deep/worker"],
  ["localhost:5000/worker", "localhost:5000", "http://localhost:5000", "worker"],
  ["registry:5000/worker", "registry:5000", "https://registry:5000", "worker"],
  ["127.0.0.1.evil.example/worker", "127.0.0.1.evil.example", "https://127.0.0.1.evil.example", "worker"],
])("%s is pulled from %s", (name, of, address, repository) => {
  expect(imageNameOf(`${name}@${DIGEST}`)).toEqual({ registry: of, address, repository, digest: DIGEST });
});

test("a tag names no image for ever", () => {
  expect(imageNameOf("ghcr.io/acme/worker:1.2")).toBeUndefined();
});

test.each(["open", "token"] as const)("an image that everybody may pull is there (%s)", async (door) => {
  const { pushIndex, asked } = await registry(door);
  const image = pushIndex("acme/worker", ["linux/arm64", "linux/amd64", "unknown/unknown"]);
  expect(await anonymousPull(named(image))).toEqual({
    is: "there",
    platforms: ["linux/arm64", "linux/amd64"],
  });
  expect(asked).toHaveLength(door === "open" ? 1 : 3);
});

test("one for a single platform says which in its configuration", async () => {
  const { pushImage } = await registry("token");
  expect(await anonymousPull(named(pushImage("acme/worker", "linux", "amd64")))).toEqual({
    is: "there",
    platforms: ["linux/amd64"],
  });
});

test.each([
  ["login", 401],
  ["token-refused", 403],
  ["token-for-nothing", 401],
] as const)("one that asks for a login is refused (%s)", async (door, status) => {
  const { pushIndex } = await registry(door);
  expect(await anonymousPull(named(pushIndex("acme/worker", ["linux/arm64"])))).toEqual({
    is: "refused",
    status,
  });
});

test("a digest that nobody pushed is missing", async () => {
  const { host } = await registry("token");
  expect(await anonymousPull(named(`${host}/acme/worker@${DIGEST}`))).toEqual({ is: "missing" });
});

test("of a registry that is away nothing is known", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  expect(await anonymousPull(named(`127.0.0.1:${port}/acme/worker@${DIGEST}`))).toEqual({
    is: "unknown",
    why: "ECONNREFUSED",
  });
});

test("what is no manifest says nothing of platforms, and is no crash", async () => {
  const { push } = await registry("open");
  expect(await anonymousPull(named(push("acme/worker", { hello: "world" })))).toEqual({
    is: "there",
    platforms: [],
  });
});

test("a token is never asked for in clear from another machine", async () => {
  const { default: fastify } = await import("fastify");
  const app = fastify();
  app.get("/v2/*", async (_request, reply) =>
    reply
      .code(401)
      .header("www-authenticate", 'Bearer realm="http://registry.invalid/token"')
      .send({ errors: [] }),
  );
  await app.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  // Whoever followed it would say that registry.invalid could not be found.
  expect(await anonymousPull(named(`127.0.0.1:${port}/acme/worker@${DIGEST}`))).toEqual({
    is: "refused",
    status: 401,
  });
});
