import { randomBytes } from "node:crypto";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bundleDirectory, bundlesOf, resolveImage } from "../../image.ts";
import { keyValue } from "../../provider/render/key-value.ts";
import { service } from "../../provider/render/service.ts";
import type { ServiceInputs } from "../../provider/render/service-inputs.ts";
import type { Container } from "../containers.ts";
import { useRender } from "./render-fixture.ts";

const render = useRender({ pace: { overlap: 0.5, health: 60 } });

/** The real worker, under two digests: what an update goes from and to. */
async function images(): Promise<readonly [string, string]> {
  const { home } = render();
  const { reference } = await resolveImage({ kind: "source", path: "./worker" }, home);
  const other = `sha256:${"0".repeat(64)}`;
  await mkdir(bundlesOf(home), { recursive: true });
  await symlink(bundleDirectory(home, reference), join(bundleDirectory(home, other)));
  return [`ghcr.io/acme/oxy-worker@${reference}`, `ghcr.io/acme/oxy-worker@${other}`];
}

async function ready(url: string): Promise<number> {
  const response = await fetch(`${url}/health/ready`, { headers: { connection: "close" } });
  await response.arrayBuffer();
  return response.status;
}

async function lastWords(container: Container | undefined): Promise<string> {
  return ((await container?.printed()) ?? []).join("\n");
}

test("a real worker on a real Key Value is replaced without a gap, and drains when it is told to stop", async () => {
  const context = render().context();
  const store = await keyValue.create(
    "trial@oregon",
    { stack: "trial", workspace: "", region: "oregon", plan: "starter", openToInternet: false },
    context,
  );
  const [image, next] = await images();
  const inputs: ServiceInputs = {
    stack: "trial",
    fleet: "main",
    name: "all",
    workspace: "",
    type: "web_service",
    region: "oregon",
    plan: "standard",
    image,
    registryCredential: "",
    environment: {
      REDIS_URL: store.internalUrl,
      OXY_ENCRYPTION_KEYS: `1:${randomBytes(32).toString("base64")}`,
      OPENAI_API_KEY: "not-called",
      OXY_NAMESPACE: "trial",
      OXY_FLEET: "main",
      OXY_PLACE: "render/oregon",
      OXY_IMAGE: image,
      OXY_ROLE: "all",
      DRAIN_SECONDS: "10",
    },
    instances: 1,
    graceSeconds: 15,
    healthPath: "/health/ready",
  };
  const outputs = await service.create("any", inputs, context);
  expect(await ready(outputs.url)).toBe(200);
  const [before] = render().containers.running;

  const statuses = new Set<number>();
  const stop = new AbortController();
  const asking = (async () => {
    while (!stop.signal.aborted) statuses.add(await ready(outputs.url).catch(() => 0));
  })();
  const updated = await service.update("any", { ...inputs, image: next }, { inputs, outputs }, context);
  await expect.poll(() => render().containers.running, { timeout: 20_000 }).not.toContain(before);
  stop.abort();
  await asking;
  expect([...statuses]).toEqual([200]);
  expect(await lastWords(before)).toMatch(/SIGTERM[^]*draining[^]*stopped/);

  const [after] = render().containers.running;
  await service.delete("any", { inputs: { ...inputs, image: next }, outputs: updated }, context);
  expect(render().containers.running).toEqual([]);
  expect(await lastWords(after)).toMatch(/SIGTERM[^]*draining[^]*stopped/);
}, 120_000);
