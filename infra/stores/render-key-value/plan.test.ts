import { expect, test } from "vitest";
import type { StackConfig } from "../../config.ts";
import { renderFleet } from "../../hosts/render/config.ts";
import { render } from "../../hosts/render/host.ts";
import { planStack } from "../../plan.ts";
import { workload } from "../../workload.ts";
import { renderKeyValueStore } from "./config.ts";
import { renderKeyValue } from "./store.ts";

const image = { kind: "registry", reference: `ghcr.io/acme/oxy-worker@sha256:${"a".repeat(64)}` } as const;

function planned(store: object, { region = "oregon", production = false } = {}) {
  const config: StackConfig = {
    image: { kind: "source", path: "./worker" },
    store: { kind: "render-key-value", ...renderKeyValueStore.parse(store) },
    fleets: { main: { host: "render", share: 100, ...renderFleet.parse({ region }) } },
    production,
    environment: {},
    secrets: { OXY_ENCRYPTION_KEYS: "1:x", OPENAI_API_KEY: "x", OXY_ADMIN_TOKEN: "of-the-test" },
  };
  const registry = { hosts: { render }, stores: { "render-key-value": renderKeyValue } };
  return planStack(config, { stack: "trial", image, workload }, registry);
}

test("a fleet of its region reaches it over the private network, and operators go through the admin API", () => {
  const plan = planned({ region: "virginia" }, { region: "virginia" });
  expect(plan.fleets).toMatchObject([{ network: "private:render/virginia" }]);
  expect(plan.operator).toEqual({ through: "admin", fleet: "main", process: "all" });
  expect(plan.store.identity).toBe("render-key-value/virginia");
});

test("a fleet of another region is refused, unless it is open to the internet", () => {
  expect(() => planned({ region: "virginia" })).toThrow(
    "fleets.main.host: expected a host that reaches store render-key-value (it is reachable from " +
      "private:render/virginia), got render (it reaches private:render/oregon, internet)",
  );
  const plan = planned({ region: "virginia", openToInternet: true });
  expect(plan.fleets).toMatchObject([{ network: "internet" }]);
  expect(plan.operator).toEqual({ through: "store", network: "internet" });
});

test("one that forgets everything is refused in production, and only there", () => {
  expect(() => planned({ plan: "free" }, { production: true })).toThrow(
    "store.plan: expected a paid one in production, because free forgets everything when it restarts, got free",
  );
  expect(planned({ plan: "free" }).store.mayLose).toMatch(/^everything/);
  expect(planned({}, { production: true }).store.mayLose).toMatch(/^about the last second/);
});

test("another workspace is another store", () => {
  expect(planned({ workspace: "tea-two" }).store.identity).toBe("render-key-value/oregon/tea-two");
});
