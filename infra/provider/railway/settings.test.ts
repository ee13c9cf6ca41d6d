import fc from "fast-check";
import { expect, test } from "vitest";
import { REVISION } from "./revisions.ts";
import { ownVariables } from "./services.ts";
import { digestOf, type DeclaredService } from "./settings.ts";

const declared: DeclaredService = {
  image: "ghcr.io/acme/worker@sha256:1",
  startCommand: null,
  placement: "us-west2",
  replicas: 1,
  limits: { memoryGb: 1, vcpus: 1 },
  health: { path: "/ready", seconds: 60 },
  graceSeconds: 30,
  overlapSeconds: 5,
  variables: {},
};

const variables = fc.dictionary(fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/), fc.string(), {
  noNullPrototype: true,
});

test("the same settings have the same digest, in whichever order they come", () => {
  fc.assert(
    fc.property(variables, (given) => {
      const reversed = Object.fromEntries(Object.entries(given).toReversed());
      expect(digestOf({ ...declared, variables: reversed })).toBe(
        digestOf({ ...declared, variables: given }),
      );
    }),
  );
});

test("other settings have another one", () => {
  fc.assert(
    fc.property(variables, variables, (one, other) => {
      fc.pre(
        JSON.stringify(Object.entries(one).toSorted()) !== JSON.stringify(Object.entries(other).toSorted()),
      );
      expect(digestOf({ ...declared, variables: one })).not.toBe(digestOf({ ...declared, variables: other }));
    }),
  );
  expect(digestOf({ ...declared, registry: { username: "a", password: "b" } })).not.toBe(digestOf(declared));
});

test("of the variables that are there, ours are all but Railway's own and the revision", () => {
  fc.assert(
    fc.property(variables, (given) => {
      const there = { ...given, RAILWAY_SERVICE_NAME: "one", [REVISION]: "1-abc" };
      expect(ownVariables(there, {})).toEqual(given);
    }),
  );
  const declaredByUs = { RAILWAY_RUN_UID: "0" };
  expect(ownVariables({ ...declaredByUs, RAILWAY_SERVICE_ID: "1" }, declaredByUs)).toEqual(declaredByUs);
});
