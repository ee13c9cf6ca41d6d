import { expect, test } from "vitest";
import { z } from "zod";
import type { StoreConfig } from "../config.ts";
import { flag } from "../stack-config/field.ts";
import { defineStore, type StorePlan } from "../store.ts";
import { local } from "../stores/local/store.ts";
import { isOutOfReach } from "./made-secrets.ts";

/** A store in a network of its host, unless it is opened. */
const hidden = defineStore<StoreConfig & { readonly open: boolean }, StorePlan>({
  kind: "hidden",
  config: z.strictObject({ open: flag(false, "Opened to the internet.") }),
  reachableFrom: ({ open }) => ["private:far/away", ...(open ? (["internet"] as const) : [])],
  cannot: [],
  plan: () => ({ kind: "hidden", mayLose: "nothing", identity: "hidden", protected: false }),
  price: () => [],
  deployment: () => Promise.reject(new Error("not deployed here")),
});
const kinds = { local, hidden };

test.each([
  ["a store on this machine is in reach", "local", false],
  ["one in a network of its own is not", "hidden", true],
  ["the same with its options is not", { kind: "hidden", open: false }, true],
  ["but it is when it is opened to the internet", { kind: "hidden", open: true }, false],
  ["of a store that cannot be read, the deployment speaks", { kind: "hidden", open: "perhaps" }, false],
  ["and of one that there is not", "hiden", false],
  ["and of none", undefined, false],
])("%s", (_, store, expected) => {
  expect(isOutOfReach(store, kinds)).toBe(expected);
});
