import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStore, parseTarget } from "./spec.ts";
import { storeFor } from "./store-for.ts";
import { OptionRefused } from "../option-refused.ts";

describe("a target in a flag", () => {
  it("gives each value to the field that takes it", () => {
    expect(parseTarget("fly:gru:shared-1x-1gb:instances=3+upstash:payg")).toEqual({
      fleet: { host: "fly", region: "gru", size: "shared-1x-1gb", instances: 3 },
      store: { kind: "upstash", plan: "payg" },
    });
  });

  it("takes the beginning of a value, where only one begins so", () => {
    expect(parseTarget("ecs-fargate:sa-east-1:arm").fleet).toEqual({
      host: "ecs-fargate",
      region: "sa-east-1",
      architecture: "arm64",
    });
    expect(() => parseTarget("fly:shared-1x")).toThrow(
      'expected one of size=shared-1x-512mb, size=shared-1x-1gb, size=shared-1x-2gb, got "shared-1x"',
    );
  });

  it("names the nearest host, region, size and plan", () => {
    expect(() => parseTarget("flyy")).toThrow(
      'expected a host (local, render, fly, railway, ecs-fargate), got "flyy"; the nearest is fly',
    );
    expect(() => parseTarget("fly:grou")).toThrow('got "grou"; the nearest is gru');
    expect(() => parseTarget("render:oregon:standart")).toThrow('got "standart"; the nearest is standard');
    expect(() => parseStore("upstash:250m8")).toThrow(
      '--store: expected a value of region, plan, or field=value, of store upstash, got "250m8"; the nearest is 250mb',
    );
  });

  it("takes a field once, and one store", () => {
    expect(() => parseTarget("fly:gru:region=iad")).toThrow(
      'expected region of fly once, got "region=iad" too',
    );
    expect(() => parseTarget("fly+upstash+upstash")).toThrow("expected one store after +");
  });

  it("is refused or read, whatever is written", () => {
    const part = fc.oneof(fc.string(), fc.constantFrom("fly", "gru", "instances=2", "upstash", "payg", "="));
    const text = fc
      .array(fc.tuple(part, fc.constantFrom(":", "+", "")), { maxLength: 6 })
      .map((parts) => parts.flat().join(""));
    fc.assert(
      fc.property(text, (written) => {
        const read = outcomeOf(() => parseTarget(written).fleet.host);
        const host = written.split(/[:+]/)[0];
        expect(read === host || read instanceof OptionRefused).toBe(true);
      }),
    );
  });
});

describe("the store beside a fleet that names none", () => {
  const near = ({ region }: { region: string }, fleet: { region: string }) =>
    region === "sa-east-1" && fleet.region === "gru";

  it("is on the network of its host, in the fleet's region", () => {
    expect(storeFor(parseTarget("render:virginia"), near)).toEqual({
      kind: "render-key-value",
      region: "virginia",
    });
    expect(storeFor(parseTarget("railway:europe-west4"), near)).toEqual({
      kind: "railway-redis",
      region: "europe-west4",
    });
    expect(storeFor(parseTarget("ecs-fargate:sa-east-1"), near)).toEqual({
      kind: "elasticache",
      region: "sa-east-1",
    });
    expect(storeFor(parseTarget("local"), near)).toEqual({ kind: "local" });
  });

  it("is over the internet where the host has no network, in the same place where one is", () => {
    expect(storeFor(parseTarget("fly:gru"), near)).toEqual({ kind: "upstash", region: "sa-east-1" });
    expect(storeFor(parseTarget("fly:fra"), near)).toEqual({ kind: "upstash", region: "us-east-1" });
  });

  it("is not looked for beside a fleet that cannot be", () => {
    expect(() => storeFor(parseTarget("fly:instances=300"), near)).toThrow(
      "targets.instances: expected an integer from 1 to 20, got 300",
    );
  });
});

function outcomeOf<Value>(of: () => Value): unknown {
  try {
    return of();
  } catch (error) {
    return error;
  }
}
