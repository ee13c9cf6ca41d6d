import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { ApiClient } from "../../api/client.ts";
import { bundleDirectory } from "../../image.ts";
import { testContext } from "../../provider/context-fixture.ts";
import { renderApi } from "../../provider/render/api.ts";
import type { Context } from "../../provider/resource.ts";
import { isWrite, type RecordedCall } from "../call.ts";
import { Containers } from "../containers.ts";
import type { Emulator } from "../emulator.ts";
import { loadOpenApi } from "../openapi-fixture.ts";
import { RedisServers } from "../redis-servers.ts";
import { startRenderWith, type RenderSettings } from "./emulator.ts";

const DESCRIPTION = "render-public-api-1.json";
const isDescribed = loadOpenApi(DESCRIPTION);
if (isDescribed === undefined)
  console.info(`no ${DESCRIPTION}: requests to Render are not checked against it`);

/** Since June 2026, after the description. */
const NEWER = /unevaluated properties \(persistenceMode\)/;

/** An emulated Render for each test. What it was sent fits its description, or the test fails. */
export class TestRender {
  readonly home: string;
  readonly emulator: Emulator;
  readonly containers: Containers;

  private constructor(home: string, emulator: Emulator, containers: Containers) {
    this.home = home;
    this.emulator = emulator;
    this.containers = containers;
  }

  static async start(settings: Partial<RenderSettings> = {}): Promise<TestRender> {
    const home = await mkdtemp(join(tmpdir(), "render-"));
    const containers = new Containers(home, join(home, "containers"));
    const redisServers = new RedisServers(join(home, "redis"));
    const hasty = { pace: { overlap: 0.1, health: 15 }, ...settings };
    return new TestRender(
      home,
      await startRenderWith({ containers, redisServers, folder: home }, hasty),
      containers,
    );
  }

  async close(): Promise<void> {
    const problems = this.emulator.calls.flatMap((call) => isDescribed?.(call) ?? []);
    await this.emulator.close();
    await rm(this.home, { recursive: true });
    expect(problems.filter((problem) => !NEWER.test(problem))).toEqual([]);
  }

  context(signal?: AbortSignal): Context {
    return testContext(this.home, this.emulator.environment, signal);
  }

  get api(): ApiClient {
    return new ApiClient(renderApi, this.emulator.environment);
  }

  /** What was written since the emulator forgot, as `POST /services`. */
  get writes(): readonly string[] {
    return this.emulator.calls.filter(isWrite).map(nameOf);
  }

  /** An image whose process serves HTTP where it is told to, and says in its answer which one it is. */
  async image(digit: string, { status = 200, start = "" } = {}): Promise<string> {
    const digest = `sha256:${digit.repeat(64)}`;
    const folder = bundleDirectory(this.home, digest);
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, "main.mjs"),
      `import { createServer } from "node:http";
      console.log("starting ${digit}");
      ${start}
      createServer((_, response) => response.writeHead(${status}).end("of ${digit}, " + process.env.GREETING))
        .listen(process.env.PORT ?? process.env.OXY_HEALTH_PORT, "127.0.0.1");
      process.on("SIGTERM", () => { console.log("draining ${digit}"); process.exit(0); });`,
    );
    return `ghcr.io/acme/oxy-worker@${digest}`;
  }
}

/** One for each test. */
export function useRender(settings: Partial<RenderSettings> = {}): () => TestRender {
  let render: TestRender;
  beforeEach(async () => {
    render = await TestRender.start(settings);
  });
  afterEach(() => render.close());
  return () => render;
}

function nameOf({ method, path }: RecordedCall): string {
  return `${method} ${path.replaceAll(/(srv|dep|red)-[0-9a-v]{20}/g, "$1")}`;
}
