import { expect, test } from "vitest";
import type { Verdict } from "./finding.ts";
import { parseInfo } from "./info.ts";
import { storeFindings } from "./store-findings.ts";

const USUAL = {
  maxmemory_policy: "noeviction",
  used_memory: "1000000",
  maxmemory: "100000000",
  aof_enabled: "1",
  aof_last_write_status: "ok",
  rdb_last_bgsave_status: "ok",
  connected_clients: "3",
  maxclients: "100",
};

/** What is said about it, when INFO says that instead of the usual; undefined for a field that it leaves out. */
function verdictOn(
  about: string,
  instead: Readonly<Record<string, string | undefined>>,
): Verdict | undefined {
  const lines = Object.entries({ ...USUAL, ...instead }).flatMap(([field, value]) =>
    value === undefined ? [] : [`${field}:${value}`],
  );
  return storeFindings(parseInfo(lines.join("\r\n"))).find((finding) => finding.about === about)?.verdict;
}

test.each<[string, Readonly<Record<string, string | undefined>>, Verdict | undefined]>([
  ["eviction", {}, "ok"],
  ["eviction", { maxmemory_policy: "allkeys-lru" }, "wrong"],
  ["eviction", { maxmemory_policy: undefined }, "unknown"],
  ["memory", { used_memory: "74000000" }, "ok"],
  ["memory", { used_memory: "75000000" }, "risk"],
  ["memory", { used_memory: "95000000" }, "wrong"],
  ["memory", { used_memory: "95000000", maxmemory: "0" }, "ok"],
  ["memory", { used_memory: undefined }, "unknown"],
  ["persistence", {}, "ok"],
  ["persistence", { aof_enabled: "0" }, "risk"],
  ["persistence", { aof_last_write_status: "err" }, "wrong"],
  ["persistence", { aof_enabled: "0", rdb_last_bgsave_status: "err" }, "wrong"],
  ["persistence", { aof_enabled: undefined }, "unknown"],
  ["connections", { connected_clients: "79" }, "ok"],
  ["connections", { connected_clients: "80" }, "risk"],
  ["connections", { maxclients: undefined }, undefined],
])("on %s, with %j, it is %s", (about, instead, verdict) => {
  expect(verdictOn(about, instead)).toBe(verdict);
});
