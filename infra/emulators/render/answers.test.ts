import { expect, test } from "vitest";
import { loadOpenApiAnswers } from "../openapi-fixture.ts";
import { useRender } from "./render-fixture.ts";

const render = useRender();
const OWNER = "tea-rehearsal";
const isDescribed = loadOpenApiAnswers("render-public-api-1.json");

/** Asks as anybody would; every answer has to be as the description has it. */
async function asked(method: string, path: string, body?: unknown): Promise<Readonly<Record<string, never>>> {
  const headers = { authorization: "Bearer rehearsal-api-key", "content-type": "application/json" };
  const { authorization } = headers;
  const response = await fetch(`${render().emulator.url}${path}`, {
    method,
    ...(body === undefined ? { headers: { authorization } } : { headers, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = { method, path: path.split("?")[0] ?? path, status: response.status };
  const parsed = text === "" ? undefined : (JSON.parse(text) as Readonly<Record<string, never>>);
  // What Render has added since shows in recorded answers of June 2026.
  const newer = /unevaluated properties \(persistenceMode\)/;
  const problems = isDescribed?.({ ...answer, body: parsed }) ?? [];
  expect(problems.filter((problem) => !newer.test(problem))).toEqual([]);
  return parsed ?? {};
}

test.skipIf(isDescribed === undefined)("its answers are as the description has them", async () => {
  const image = { ownerId: OWNER, imagePath: await render().image("a") };
  const disk = { name: "sessions", mountPath: "/data" };
  const envVars = [{ key: "GREETING", value: "hello" }];
  const details = { runtime: "image", disk };
  const given = { type: "web_service", name: "one", ownerId: OWNER, image, envVars, serviceDetails: details };
  const { service } = await asked("POST", "/services", given);
  const { id } = service as unknown as { readonly id: string };
  await asked("GET", "/services");
  await asked("GET", `/services/${id}`);
  await asked("GET", `/services/${id}/deploys`);
  await asked("POST", `/services/${id}/deploys`, {});
  await asked("PATCH", `/services/${id}`, { autoDeploy: "no" });
  await asked("GET", `/services/${id}/env-vars`);
  await asked("PUT", `/services/${id}/env-vars`, envVars);
  await asked("PUT", `/services/${id}/env-vars/GREETING`, { value: "olá" });
  await asked("DELETE", `/services/${id}/env-vars/GREETING`);
  await asked("POST", `/services/${id}/scale`, { numInstances: 2 });
  await asked("GET", `/services/${id}/instances`);
  await asked("GET", `/logs?ownerId=${OWNER}&resource=${id}`);
  await asked("GET", "/disks");
  await asked("POST", `/services/${id}/suspend`);
  await asked("POST", `/services/${id}/resume`);
  await asked("DELETE", `/services/${id}`);
  await asked("GET", `/services/${id}`);
  await asked("GET", "/owners");
  const credential = { registry: "GITHUB", name: "ghcr", username: "acme", authToken: "x", ownerId: OWNER };
  await asked("POST", "/registrycredentials", credential);
  await asked("GET", "/registrycredentials");
});

test.skipIf(isDescribed === undefined)("so are those about a Key Value", async () => {
  const ipAllowList = [{ cidrBlock: "0.0.0.0/0", description: "everybody" }];
  const given = { name: "kv", ownerId: OWNER, plan: "starter", ipAllowList };
  const { id = "" } = (await asked("POST", "/key-value", given)) as { readonly id?: string };
  const path = `/key-value/${id}`;
  await expect.poll(async () => (await asked("GET", path))["status"], { timeout: 10_000 }).toBe("available");
  await asked("GET", "/key-value");
  await asked("PATCH", path, { maxmemoryPolicy: "noeviction" });
  await asked("GET", `${path}/connection-info`);
  await asked("POST", `${path}/suspend`);
  await asked("POST", `${path}/resume`);
  await asked("DELETE", path);
  await asked("GET", path);
});
