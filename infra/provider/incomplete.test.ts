import type { ServiceError } from "@grpc/grpc-js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import status from "@pulumi/pulumi/proto/status_pb.js";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { ApiFailed } from "../api/failure.ts";
import type { Api } from "../api/api.ts";
import { secret } from "./client-fixture.ts";
import { startProvider } from "./provider-fixture.ts";
import { type AnyResource, NotOurs, type Resource } from "./resource.ts";

const toy: Api = {
  title: "Toy",
  url: "http://127.0.0.1",
  urlVariable: "TOY_URL",
  variables: [],
  headers: () => ({}),
  messageOf: () => undefined,
  whereFrom: "nowhere",
};

interface Inputs {
  readonly name: string;
  readonly password: string;
}

/** Its creation fails, with something left or without. */
function failing(error: Error, leavesSomething: boolean, over: Partial<Resource<Inputs, object>> = {}) {
  const there = new Set<string>();
  const thing: Resource<Inputs, { condition: string }> = {
    type: "oxy:toy:Thing",
    description: "A thing.",
    api: toy,
    inputs: z.strictObject({ name: z.string(), password: z.string() }),
    outputs: z.object({ condition: z.string() }),
    identify: ({ name }) => `thing-${name}`,
    async create(id) {
      if (leavesSomething) there.add(id);
      throw error;
    },
    read: async (id, known) =>
      there.has(id) && known !== undefined
        ? { inputs: known.inputs, outputs: { condition: "half made" } }
        : undefined,
    update: async () => ({ condition: "made" }),
    delete: async (id) => void there.delete(id),
  };
  return { ...thing, ...over } as typeof thing;
}

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

async function failureOf(thing: AnyResource): Promise<ServiceError> {
  const { engine, stop } = await startProvider([thing]);
  stops.push(stop);
  await engine.configure({ home: "/nowhere" });
  return await engine.create({ name: "one", password: secret("not-to-be-seen") }).then(
    () => Promise.reject(new Error("it was created")),
    (error: unknown) => error as ServiceError,
  );
}

/** What the engine is told of what is there. */
function leftIn({ metadata }: ServiceError) {
  const [details] = metadata.get("grpc-status-details-bin");
  if (details === undefined) return undefined;
  const [detail] = status.Status.deserializeBinary(details as Buffer).getDetailsList();
  if (detail === undefined) throw new Error("there are details without any");
  return messages.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8()).toObject();
}

const refused = new ApiFailed("unavailable", "Toy failed to start not-to-be-seen");

test("what a failed creation left is recorded, its secrets as secrets, with the reason", async () => {
  const error = await failureOf(failing(refused, true));
  expect(error.details).toBe("Toy failed to start [secret]");
  const left = leftIn(error);
  expect(left).toMatchObject({ id: "thing-one", reasonsList: ["Toy failed to start [secret]"] });
  const properties = Object.fromEntries(left?.properties?.fieldsMap ?? []) as Record<string, object>;
  expect(properties["condition"]).toMatchObject({ stringValue: "half made" });
  expect(JSON.stringify(properties["password"])).toContain("1b47061264138c4ac30d75fd1eb44270");
});

test("where nothing is left, nothing is recorded", async () => {
  expect(leftIn(await failureOf(failing(refused, false)))).toBeUndefined();
});

test("what is somebody else's is not recorded as ours", async () => {
  const foreign = failing(new NotOurs("thing-one is theirs"), true);
  expect(leftIn(await failureOf(foreign))).toBeUndefined();
});

test("when nobody can say whether something is left, the reason is that of the creation", async () => {
  const unreachable = failing(refused, true, { read: () => Promise.reject(new Error("no network")) });
  const error = await failureOf(unreachable);
  expect(leftIn(error)).toBeUndefined();
  expect(error.details).toBe("Toy failed to start [secret]");
});
