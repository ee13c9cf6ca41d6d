import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { awsEnvironment } from "../dev/moto-fixture.ts";
import { useDeployments } from "../dev/scenarios/scenario-fixture.ts";
import { buildImage } from "./builder.ts";
import { digestOf, ENTRY, filesOf } from "./bundle-store.ts";
import { compile } from "./compile.ts";
import { canMount, RunnableImage } from "./image-fixture.ts";

/** An image with Node 24 and npm that buildah has or can get; `.ci/image-base` makes one. */
const BASE = process.env["IMAGE_TEST_BASE"] || undefined;
const BUILD_MS = 300_000;
const possible =
  BASE !== undefined && process.getuid?.() === 0 && spawnSync("buildah", ["info"]).status === 0;

describe.skipIf(!possible)("the image (needs buildah, root and IMAGE_TEST_BASE)", () => {
  const deploy = useDeployments();
  let image: RunnableImage;

  beforeAll(async () => {
    const { id, bytes } = await buildImage("buildah", { tag: "oxy-worker-test", baseImage: BASE });
    expect(bytes).toBeGreaterThan(0);
    image = new RunnableImage(id);
  }, BUILD_MS);

  afterAll(() => image?.remove());

  test("says who it is, what it serves, how it is checked and stopped", () => {
    expect(image.config).toMatchObject({
      User: expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/),
      StopSignal: "SIGTERM",
      Entrypoint: ["/usr/local/bin/node", `/app/${ENTRY}`],
      ExposedPorts: { "3001/tcp": {}, "3002/tcp": {} },
      Labels: {
        "org.opencontainers.image.licenses": "MIT AND GPL-3.0-only",
        "org.opencontainers.image.version": expect.stringMatching(/^\d+\.\d+\.\d+$/),
        "org.opencontainers.image.revision": expect.any(String),
        "org.opencontainers.image.source": expect.any(String),
      },
    });
    expect(image.environment).toMatchObject({ NODE_ENV: "production" });
  });

  test("holds Node, what it is linked to, the bundle that this machine makes, and nothing else", async () => {
    const others = image.files.filter(
      (file) => !file.startsWith("app/") && !file.startsWith("compile-cache/"),
    );
    const expected =
      /^(usr\/)?lib(64)?\/([\w-]+\/)?[\w+.-]+[.]so[.\d]*$|^usr\/local\/(bin\/node|LICENSE)$|^usr\/share\/doc\/|^etc\/nsswitch[.]conf$/;
    expect(others.filter((file) => !expected.test(file))).toEqual([]);
    const files = await filesOf(join(image.root, "app"));
    expect(digestOf(files)).toBe(digestOf((await compile()).files));
    const simulator = [...files.values()].some((content) =>
      Buffer.from(content).includes("WhatsAppSimulator"),
    );
    expect(simulator).toBe(false);
  });

  test("in production it refuses a WhatsApp that is none", () => {
    const { status, stderr } = image.run(image.config.Entrypoint, { OXY_WHATSAPP_URL: "ws://127.0.0.1:1" });
    expect(stderr).toContain("OXY_WHATSAPP_URL: expected");
    expect(status).toBe(78);
  });

  test("starts from compiled code", () => {
    const { stdout, stderr } = image.run(image.config.Entrypoint, { NODE_DEBUG_NATIVE: "COMPILE_CACHE" });
    expect(stdout + stderr).toContain(`file:///app/${ENTRY} was accepted`);
  });

  test("stopped in the middle of a turn it ends with 0, and the next process answers, once", async () => {
    const asked = Promise.withResolvers<void>();
    let thinkMs = 5_000;
    const deployment = await deploy({
      answering: async (text) => {
        asked.resolve();
        await delay(thinkMs);
        return `re: ${text}`;
      },
      environment: { NODE_ENV: "test", DRAIN_SECONDS: "0.5" },
    });
    const worker = deployment.worker({}, image.launcher());
    await worker.ready();
    await deployment.addOrganization("ana");
    const phone = await deployment.pair("ana");
    const customer = deployment.whatsapp.contact();
    customer.write(phone, "oi");
    await asked.promise;

    const status = readFileSync(`/proc/${worker.pid}/status`, "utf8");
    const [user, group] = image.config.User.split(":");
    expect(/^Uid:\s+(\d+)\s+(\d+)/m.exec(status)?.slice(1)).toEqual([user, user]);
    expect(/^Gid:\s+(\d+)\s+(\d+)/m.exec(status)?.slice(1)).toEqual([group, group]);

    const { health } = await worker.logs(({ message }) => message === "listening");
    const check = image.config.Healthcheck.Test.slice(1);
    const port = { OXY_HEALTH_PORT: new URL(String(health)).port };
    expect(image.run(check, port).status).toBe(0);
    expect((await fetch(`${String(health)}/ready`)).status).toBe(200);

    expect(await worker.stop(), worker.output).toBe(0);
    expect(image.run(check, port).status).toBe(1);
    expect(customer.wire).toEqual([]);
    thinkMs = 0;
    const next = deployment.worker({}, image.launcher());
    await customer.waitForMessage("re: oi");
    await phone.waitFor(() => phone.pending === 0);
    expect(await next.stop()).toBe(0);
    expect(customer.wire).toHaveLength(1);
    expect(phone.maxConnections).toBe(1);
  });

  test("finds AWS's endpoint as the user that it runs as, who is in no list of users", async () => {
    const deployment = await deploy({ environment: { NODE_ENV: "test" } });
    const environment = { OXY_METRICS: "cloudwatch", ...awsEnvironment("http://127.0.0.1:1") };
    const worker = deployment.worker(environment, image.launcher());
    expect(await worker.logs(({ message }) => message.startsWith("metrics not published"))).toMatchObject({
      kind: "ECONNREFUSED",
    });
  });

  test.skipIf(!canMount)("all of that on a root that cannot be written", () => {
    const write = "require('fs').writeFileSync('/app/x', '')";
    const { stderr } = image.run(["/usr/local/bin/node", "-e", write]);
    expect(stderr).toContain("EROFS");
  });
});
