import { describe, expect, test } from "vitest";
import { z } from "zod";
import { faultAt, type Fault } from "../../emulators/faults.ts";
import { useRender } from "../../emulators/render/render-fixture.ts";
import { service } from "./service.ts";
import type { ServiceInputs } from "./service-inputs.ts";

const render = useRender();
const ID = "stack/main/all@oregon";
const SECRET = "not-to-be-seen";
type Known = NonNullable<Awaited<ReturnType<typeof service.read>>>;

async function inputs(more: Partial<ServiceInputs> = {}): Promise<ServiceInputs> {
  return {
    stack: "stack",
    fleet: "main",
    name: "all",
    workspace: "",
    type: "web_service",
    region: "oregon",
    plan: "starter",
    image: await render().image("a"),
    registryCredential: "",
    environment: { OXY_NAMESPACE: "stack", OXY_FLEET: "main", GREETING: "hello", API_TOKEN: SECRET },
    instances: 1,
    graceSeconds: 5,
    healthPath: "/health/ready",
    ...more,
  };
}

async function create(given: ServiceInputs): Promise<Known> {
  return { inputs: given, outputs: await service.create(service.identify(given), given, render().context()) };
}

async function update(given: ServiceInputs, known: Known): Promise<Known> {
  return { inputs: given, outputs: await service.update(ID, given, known, render().context()) };
}

async function read(known?: Known): Promise<Known> {
  const found = await service.read(ID, known, render().context());
  if (found === undefined) throw new Error("expected to find the service");
  return found;
}

async function answer({ outputs }: Known): Promise<string> {
  // A connection that is kept goes on to the process that it was made to.
  return await (await fetch(outputs.url, { headers: { connection: "close" } })).text();
}

const listed = z.array(z.object({ service: z.object({ id: z.string(), name: z.string() }) }));

/** Ids of the services that there are. */
async function all(): Promise<string[]> {
  const found = await render().api.call({ method: "GET", path: "/services", doing: "list", answer: listed });
  return found.map((entry) => entry.service.id);
}

/** What somebody does by hand. */
async function byHand(
  method: "POST" | "PATCH" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
): Promise<void> {
  await render().api.call({ method, path, body, doing: "do it by hand" });
}

async function byHandCreate(body: object): Promise<string> {
  const made = z.object({ service: z.object({ id: z.string() }) });
  const call = { method: "POST", path: "/services", body, doing: "make it by hand", answer: made } as const;
  return (await render().api.call(call)).service.id;
}

async function foreign(environment: Readonly<Record<string, string>>): Promise<object> {
  return {
    type: "web_service",
    name: "oxy-stack-main-all-oregon",
    ownerId: "tea-rehearsal",
    image: { ownerId: "tea-rehearsal", imagePath: await render().image("f") },
    envVars: Object.entries(environment).map(([key, value]) => ({ key, value })),
    serviceDetails: { runtime: "image", plan: "starter", region: "oregon" },
  };
}

test("a web service is live, answers, and a second update writes nothing", async () => {
  const known = await create(await inputs());
  expect(known.outputs).toMatchObject({ condition: "live", remoteId: expect.stringMatching(/^srv-/) });
  expect(await answer(known)).toBe("of a, hello");
  expect(render().writes).toEqual(["POST /services"]);
  render().emulator.forget();
  expect(await read(known)).toEqual(known);
  expect(await update(known.inputs, known)).toEqual(known);
  expect(render().writes).toEqual([]);
});

test("a background worker is live once it keeps running; it has no address and no health check", async () => {
  const worker = { ...(await inputs()), name: "worker", type: "background_worker" as const };
  const { healthPath: _none, ...given } = worker;
  const known = await create(given);
  expect(known.outputs).toMatchObject({ condition: "live", url: "" });
  expect(render().containers.running).toHaveLength(1);
});

test("its processes get the environment, its signal and its grace period", async () => {
  await create(await inputs({ graceSeconds: 7 }));
  const [container] = render().containers.running;
  expect(container?.spec).toMatchObject({
    routed: true,
    stop: { signal: "SIGTERM", graceSeconds: 7 },
    environment: { GREETING: "hello", OXY_FLEET: "main" },
    memoryMb: 512,
  });
});

test("instance types have two names each", async () => {
  const known = await create(await inputs({ plan: "0.5c-512mb" }));
  render().emulator.forget();
  expect((await read(known)).inputs.plan).toBe("0.5c-512mb");
  const other = { ...known.inputs, plan: "starter" };
  await update(other, known);
  expect(render().writes).toEqual([]);
  await update({ ...known.inputs, plan: "1c-2g" }, known);
  expect((await read(known)).inputs.plan).toBe("standard");
});

describe("an update", () => {
  test("of the image deploys it, and the one before it drains", async () => {
    const known = await create(await inputs());
    const [before] = render().containers.running;
    render().emulator.forget();
    const next = await update({ ...known.inputs, image: await render().image("b") }, known);
    expect(await answer(next)).toBe("of b, hello");
    expect(next.outputs).toEqual(known.outputs);
    expect(render().writes).toEqual([
      "PATCH /services/srv",
      "POST /services/srv/deploys",
      "PUT /services/srv/env-vars/DEPLOYED_SETTINGS",
    ]);
    await expect.poll(() => render().containers.running).not.toContain(before);
    expect(await before?.printed()).toContain("draining a");
    expect(await read(next)).toEqual(next);
  });

  test("of the environment replaces it, and takes effect", async () => {
    const known = await create(await inputs());
    const { GREETING: _gone, ...others } = known.inputs.environment;
    const next = await update({ ...known.inputs, environment: { ...others, MORE: "yes" } }, known);
    expect(await answer(next)).toBe("of a, undefined");
    expect(await read(next)).toEqual(next);
  });

  test("of the number of instances needs no deploy", async () => {
    const known = await create(await inputs());
    render().emulator.forget();
    const next = await update({ ...known.inputs, instances: 3 }, known);
    expect(render().writes).toEqual(["POST /services/srv/scale"]);
    expect(render().containers.running).toHaveLength(3);
    await update(known.inputs, next);
    await expect.poll(() => render().containers.running).toHaveLength(1);
  });

  test("switches autoscaling on, changes it and switches it off", async () => {
    const known = await create(await inputs());
    render().emulator.forget();
    const scaled = await update(
      { ...known.inputs, instances: 2, autoscaling: { maxInstances: 4, cpuPercent: 60 } },
      known,
    );
    expect(await read(scaled)).toEqual(scaled);
    expect(render().containers.running).toHaveLength(2);
    const more = await update(
      { ...scaled.inputs, autoscaling: { maxInstances: 5, memoryPercent: 80 } },
      scaled,
    );
    expect(await read(more)).toEqual(more);
    expect(await read(await update(known.inputs, more))).toEqual(known);
    expect(render().writes).toEqual([
      "PUT /services/srv/autoscaling",
      "PUT /services/srv/autoscaling",
      "DELETE /services/srv/autoscaling",
    ]);
  });

  test("of a release that starts and dies fails with its last words, and the one before it goes on", async () => {
    const known = await create(await inputs());
    const bad = await render().image("b", { start: `console.log("KEY: expected a key"); process.exit(78);` });
    const updating = update({ ...known.inputs, image: bad }, known);
    await expect(updating).rejects.toThrow(
      'Render could not deploy service "oxy-stack-main-all-oregon": it did not start, or was not healthy in time ' +
        "(update_failed): starting b KEY: expected a key ==> Exited with status 78",
    );
    expect(await answer(known)).toBe("of a, hello");
    expect((await read(known)).outputs.condition).toBe("live with another image");
    expect(await read(await update(known.inputs, known))).toEqual(known);
    expect(await answer(known)).toBe("of a, hello");
  });

  test("that was cut off before it deployed is completed by the next one", async () => {
    const known = await create(await inputs());
    const next = { ...known.inputs, environment: { ...known.inputs.environment, GREETING: "olá" } };
    const cut: Fault = { kind: "status", status: 403, message: "no" };
    render().emulator.inject(({ method, path }) =>
      method === "POST" && path.endsWith("/deploys") ? cut : undefined,
    );
    await expect(update(next, known)).rejects.toThrow(/to deploy service "oxy-stack-main-all-oregon"/);
    render().emulator.inject(undefined);
    const seen = await read(known);
    expect(seen.inputs).toEqual(next);
    expect(service.drift?.(seen.outputs)).toEqual(["condition"]);
    expect(seen.outputs.condition).toBe("live with earlier settings");
    const done = await update(next, seen);
    expect(await answer(done)).toBe("of a, olá");
    expect((await read(done)).outputs.condition).toBe("live");
  });
});

describe("a creation", () => {
  const faults: readonly Fault[] = [
    { kind: "cut before" },
    { kind: "cut after" },
    { kind: "status", status: 500 },
    { kind: "status", status: 403, message: "no" },
  ];

  test.each(faults)(
    "that fails at any of its calls with $kind $status is completed by the next one",
    async (fault) => {
      const given = await inputs();
      for (let call = 0; ; call++) {
        const counting = countingFault(call, fault);
        render().emulator.inject(counting.faults);
        const told: string[] = [];
        const context = { ...render().context(), progress: (message: string) => void told.push(message) };
        await service.create(ID, given, context).catch((error: unknown) => told.push(String(error)));
        expect(told.join(" ")).not.toContain(SECRET);
        render().emulator.inject(undefined);
        const known = await create(given);
        expect(await all()).toHaveLength(1);
        expect(await answer(known)).toBe("of a, hello");
        expect(await read(known)).toEqual(known);
        await service.delete(ID, known, render().context());
        expect(await all()).toEqual([]);
        if (!counting.wasReached()) break;
      }
    },
  );

  test("whose deploy fails is completed with the next image, in the same service", async () => {
    const bad = await render().image("b", { status: 503, start: `setTimeout(() => process.exit(1), 300);` });
    const given = await inputs({ image: bad });
    await expect(create(given)).rejects.toThrow(/\(update_failed\): starting b/);
    const left = await read();
    expect(left.outputs.condition).toBe("not live: update failed");
    const next = await update({ ...given, image: await render().image("a") }, left);
    expect(await answer(next)).toBe("of a, hello");
    expect(await all()).toEqual([left.outputs.remoteId]);
  });

  test("of an image that nobody has says so", async () => {
    const missing = `ghcr.io/acme/oxy-worker@sha256:${"9".repeat(64)}`;
    await expect(create(await inputs({ image: missing }))).rejects.toThrow(
      /its image could not be pulled \(build_failed\): ==> image .* could not be pulled/,
    );
  });

  test.each([
    ["nobody's that we know", {}],
    ["fleet other of stack stack", { OXY_NAMESPACE: "stack", OXY_FLEET: "other" }],
  ])("does not take what is %s", async (whose, environment) => {
    const id = await byHandCreate(await foreign(environment));
    await expect(create(await inputs())).rejects.toThrow(
      `service "oxy-stack-main-all-oregon" at Render exists and is not of fleet main of stack stack, but ${whose}: ` +
        "rename or delete it, or name the fleet otherwise",
    );
    expect(await all()).toEqual([id]);
    expect(await service.read(ID, undefined, render().context())).toBeUndefined();
  });

  test("refuses to choose among several of that name", async () => {
    const made = await foreign({ OXY_NAMESPACE: "stack", OXY_FLEET: "main" });
    await byHandCreate(made);
    await byHandCreate(made);
    await expect(create(await inputs())).rejects.toThrow(
      /Render has 2 services named "oxy-stack-main-all-oregon"/,
    );
  });

  test("takes over an existing service that the inputs name, whatever it is called", async () => {
    const body = { ...(await foreign({ GREETING: "old" })), name: "whatsapp-worker" };
    const serviceId = await byHandCreate(body);
    const known = await create(await inputs({ serviceId }));
    expect(known.outputs.remoteId).toBe(serviceId);
    expect(await answer(known)).toBe("of a, hello");
    expect(await all()).toEqual([serviceId]);
  });

  test("of one that is there as it is to be writes nothing, also when nobody noted what is deployed", async () => {
    const given = await inputs();
    const made = {
      ...(await foreign(given.environment)),
      name: "whatsapp-worker",
      autoDeploy: "no",
      image: { ownerId: "tea-rehearsal", imagePath: given.image },
    };
    const details = { runtime: "image", maxShutdownDelaySeconds: 5, healthCheckPath: "/health/ready" };
    const serviceId = await byHandCreate({ ...made, serviceDetails: details });
    render().emulator.forget();
    const known = await create({ ...given, serviceId });
    expect(render().writes).toEqual([]);
    expect(await read(known)).toEqual(known);
    const next = await update({ ...known.inputs, image: await render().image("b") }, known);
    expect(await answer(next)).toBe("of b, hello");
    expect(await read(next)).toEqual(next);
  });

  test("stops waiting when it is told to, and is completed later", async () => {
    const slow = await render().image("b", { status: 503 });
    const stop = new AbortController();
    const given = await inputs({ image: slow });
    const creating = service.create(ID, given, render().context(stop.signal));
    await expect.poll(() => render().containers.running).toHaveLength(1);
    stop.abort(new Error("told to stop"));
    await expect(creating).rejects.toThrow(/aborted|told to stop/);
    await render().image("b");
    await byHand("POST", `/services/${(await all())[0]}/deploys`, {});
    expect(await answer(await create(given))).toBe("of b, hello");
    expect(await all()).toHaveLength(1);
  });
});

describe("what somebody did by hand is noticed and put right:", () => {
  test("deleted", async () => {
    const known = await create(await inputs());
    await byHand("DELETE", `/services/${known.outputs.remoteId}`);
    expect(await service.read(ID, known, render().context())).toBeUndefined();
    const again = await update(known.inputs, known);
    expect(again.outputs.remoteId).not.toBe(known.outputs.remoteId);
    expect(await answer(again)).toBe("of a, hello");
  });

  test.each<[string, "POST" | "PATCH" | "PUT", string, unknown, object]>([
    ["scaled", "POST", "/scale", { numInstances: 2 }, { inputs: { instances: 2 } }],
    ["resized", "PATCH", "", { serviceDetails: { plan: "pro" } }, { inputs: { plan: "pro" } }],
    [
      "killed earlier",
      "PATCH",
      "",
      { serviceDetails: { maxShutdownDelaySeconds: 1 } },
      { inputs: { graceSeconds: 1 } },
    ],
    [
      "given another variable",
      "PUT",
      "/env-vars/EXTRA",
      { value: "1" },
      { inputs: { environment: { EXTRA: "1" } } },
    ],
    ["stripped of its variables, also of ours", "PUT", "/env-vars", [], { inputs: { environment: {} } }],
    ["suspended", "POST", "/suspend", undefined, { outputs: { condition: "suspended" } }],
  ])("%s", async (_what, method, path, body, seen) => {
    const known = await create(await inputs());
    await byHand(method, `/services/${known.outputs.remoteId}${path}`, body);
    expect(await read(known)).toMatchObject(seen);
    const next = await update(known.inputs, await read(known));
    expect(await read(next)).toEqual(known);
    expect(await answer(next)).toBe("of a, hello");
  });

  test("deployed with another image", async () => {
    const known = await create(await inputs());
    const imageUrl = await render().image("b");
    await byHand("POST", `/services/${known.outputs.remoteId}/deploys`, { imageUrl });
    await expect.poll(() => answer(known)).toBe("of b, hello");
    expect((await read(known)).inputs.image).toBe(imageUrl);
    expect(await answer(await update(known.inputs, known))).toBe("of a, hello");
  });
});

test("what cannot be changed in place is refused, not lost", async () => {
  const known = await create(await inputs());
  const other = { ...known.inputs, serviceId: await byHandCreate({ ...(await foreign({})), name: "other" }) };
  await expect(update(other, known)).rejects.toThrow(
    /^service "oxy-stack-main-all-oregon" at Render stays where and what it is: serviceId: expected srv-/,
  );
});

test("a deletion drains first, and what is gone is deleted", async () => {
  const slow = `process.prependListener("SIGTERM", () => { const end = Date.now() + 500; while (Date.now() < end); });`;
  const known = await create(await inputs({ image: await render().image("c", { start: slow }) }));
  const [container] = render().containers.running;
  render().emulator.forget();
  await service.delete(ID, known, render().context());
  expect(render().containers.running).toEqual([]);
  expect(await container?.printed()).toContain("draining c");
  expect(render().writes).toEqual(["POST /services/srv/suspend", "DELETE /services/srv"]);
  await service.delete(ID, known, render().context());
  expect(await all()).toEqual([]);
});

test("a refusal to read is an error, not an absence", async () => {
  const known = await create(await inputs());
  render().emulator.inject(() => ({ kind: "status", status: 403, message: "not yours" }));
  await expect(service.read(ID, known, render().context())).rejects.toThrow(
    `Render does not allow the holder of RENDER_API_KEY to retrieve service ${known.outputs.remoteId} (403: not yours)`,
  );
});

test.each([
  [401, "RENDER_API_KEY: Render does not accept it, asked to create service"],
  [402, "Render refused to create service"],
  [403, "Render does not allow the holder of RENDER_API_KEY to create service"],
  [404, "Render refused to create service"],
  [409, "Render refused to create service"],
  [422, "Render refused to create service"],
  [500, "Render failed to create service"],
])("a %i is told with Render's own words", async (status, sentence) => {
  render().emulator.inject(({ method, path }) =>
    method === "POST" && path === "/services" ? { kind: "status", status, message: "because" } : undefined,
  );
  await expect(create(await inputs())).rejects.toThrow(
    `${sentence} "oxy-stack-main-all-oregon" (${status}: because)`,
  );
  expect(await all()).toEqual([]);
});

test("a 429 makes it wait as long as Render says", async () => {
  const busy: Fault = { kind: "status", status: 429, retryAfterSeconds: 1 };
  render().emulator.inject(faultAt(0, busy, ({ method }) => method === "POST"));
  const known = await create(await inputs());
  expect(known.outputs.condition).toBe("live");
  expect(await all()).toHaveLength(1);
});

test("a private image is pulled with the credential that is named", async () => {
  const credential = {
    registry: "GITHUB",
    name: "ghcr",
    username: "acme",
    authToken: "x",
    ownerId: "tea-rehearsal",
  };
  await byHand("POST", "/registrycredentials", credential);
  const known = await create(await inputs({ registryCredential: "ghcr" }));
  expect(await read(known)).toEqual(known);
  await expect(update({ ...known.inputs, registryCredential: "docker" }, known)).rejects.toThrow(
    /^registryCredential: expected the id or the name of one of the workspace \(ghcr \(rgc-\w+\)\), got "docker"$/,
  );
});

/** Counts calls; the one with that number goes wrong. */
function countingFault(number: number, fault: Fault) {
  let seen = 0;
  return {
    faults: () => (seen++ === number ? fault : undefined),
    wasReached: () => seen > number,
  };
}
