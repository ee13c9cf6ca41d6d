import { expect, test } from "vitest";
import { useRender } from "../../emulators/render/render-fixture.ts";
import { keyValue } from "./key-value.ts";
import { service } from "./service.ts";
import { workspaceId } from "./workspace.ts";

const several = useRender({
  workspaces: [
    { id: "tea-one", name: "One", plan: "pro" },
    { id: "tea-two", name: "Two", plan: "hobby" },
  ],
});

test.each([
  ["tea-two", "tea-two"],
  ["One", "tea-one"],
])("a workspace is found by its id or its name: %s", async (given, id) => {
  expect(await workspaceId(several().api, given)).toBe(id);
});

test("one of several has to be named, and it has to be there", async () => {
  await expect(workspaceId(several().api, "")).rejects.toThrow(
    "workspace: expected the id of one, because there are several, got nothing; there are One (tea-one), Two (tea-two)",
  );
  await expect(workspaceId(several().api, "Three")).rejects.toThrow(
    'workspace: expected the id or the name of one that RENDER_API_KEY opens (One (tea-one), Two (tea-two)), got "Three"',
  );
});

test("what is made there stays there", async () => {
  const inputs = {
    stack: "stack",
    workspace: "One",
    region: "oregon",
    plan: "starter",
    openToInternet: false,
  };
  const outputs = await keyValue.create("stack@oregon", inputs, several().context());
  const other = { ...inputs, workspace: "Two" };
  const updating = keyValue.update("stack@oregon", other, { inputs, outputs }, several().context());
  await expect(updating).rejects.toThrow(/^Key Value .* workspace: expected tea-one, got tea-two; /);
});

test("a workspace that does not scale by itself says so, and nothing is made", async () => {
  const image = await several().image("a");
  const inputs = {
    stack: "stack",
    fleet: "main",
    name: "all",
    workspace: "Two",
    type: "web_service" as const,
    region: "oregon",
    plan: "starter",
    image,
    registryCredential: "",
    environment: { OXY_NAMESPACE: "stack", OXY_FLEET: "main" },
    instances: 1,
    autoscaling: { maxInstances: 3, cpuPercent: 70 },
    graceSeconds: 5,
  };
  await expect(service.create("any", inputs, several().context())).rejects.toThrow(
    'Render refused to create service "oxy-stack-main-all-oregon" (402: autoscaling requires a Pro workspace or higher)',
  );
  const { autoscaling, ...fixed } = inputs;
  const outputs = await service.create("any", fixed, several().context());
  const known = { inputs: fixed, outputs };
  await expect(service.update("any", { ...fixed, autoscaling }, known, several().context())).rejects.toThrow(
    /\(400: autoscaling requires a Pro workspace or higher\)$/,
  );
});
