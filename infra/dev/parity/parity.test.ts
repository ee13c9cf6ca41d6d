import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Difference } from "./compare.ts";

const PARITY = fileURLToPath(new URL("../parity.ts", import.meta.url));

/** Alters one module in the text, as an editor would, in the process that loads it. */
const ALTERING = `
  import { registerHooks } from "node:module";
  const [path, from, to] = JSON.parse(process.env.ALTERED);
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (!url.endsWith(path)) return loaded;
      const text = String(loaded.source);
      const altered = text.replace(new RegExp(from), to);
      if (altered === text) throw new Error(path + " has nothing like " + from);
      return { ...loaded, source: altered };
    },
  });
`;

interface Told {
  readonly stack: string;
  readonly resources: number;
  readonly properties: number;
  readonly differences: readonly Difference[];
}

/** What `npm run parity` says, with one place altered. */
async function parity(altered?: readonly [path: string, from: string, to: string]) {
  const hook = `data:text/javascript,${encodeURIComponent(ALTERING)}`;
  const args = [...(altered === undefined ? [] : ["--import", hook]), PARITY, "--json"];
  const env = { ...process.env, ALTERED: JSON.stringify(altered ?? null) };
  const run = await promisify(execFile)(process.execPath, args, { env }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string; stderr: string }) => {
      if (error.stdout === "") throw new Error(error.stderr);
      return error;
    },
  );
  const told = run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Told);
  return { code: run.code, told, differences: told.flatMap(({ differences }) => differences) };
}

test("Pulumi and CDKTF say the same of every stack, resource by resource and property by property", async () => {
  const { code, told, differences } = await parity();
  for (const { stack, resources, properties } of told)
    console.info(`${stack}: ${resources} resources, ${properties} properties compared`);
  expect(differences).toEqual([]);
  expect(code).toBe(0);
  for (const { resources, properties } of told) {
    expect(resources).toBeGreaterThan(25);
    expect(properties).toBeGreaterThan(resources * 3);
  }
}, 60_000);

test.each([
  ["hosts/ecs-fargate/cdktf.ts", "stopTimeout: [^,\\n]+", "stopTimeout: 29", /stopTimeout$/],
  ["hosts/ecs-fargate/pulumi.ts", "stopTimeout: [^,\\n]+", "stopTimeout: 29", /stopTimeout$/],
  ["aws/cdktf.ts", "cidrIpv4: [^,\\n]+", 'cidrIpv4: "0.0.0.0/1"', /cidrIpv4$/],
] as const)(
  "a value altered in %s (%s) is found, by name",
  async (path, from, to, property) => {
    const { code, differences } = await parity([path, from, to]);
    expect(code).toBe(1);
    expect(differences.length).toBeGreaterThan(0);
    expect(differences.filter((difference) => !property.test(difference.property))).toEqual([]);
  },
  60_000,
);
