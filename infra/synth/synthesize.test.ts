import { execFileSync } from "node:child_process";
import { homedir, tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import type { Resource } from "../aws/graph.ts";
import { parityStacks } from "../dev/parity/stacks.ts";
import type { Service } from "../hosts/ecs-fargate/graph.ts";
import { projectDirectory } from "../home.ts";
import type { StackPlan } from "../plan.ts";
import { textOf } from "./files.ts";
import { unresolvedIn, variablesUsed } from "./references.ts";
import { NotSynthesizable, synthesize } from "./synthesize.ts";
import { evaluated, hasTerraform, terraform } from "./terraform-fixture.ts";
import type { TerraformJson } from "./terraform-json.ts";

const stacks = Object.entries(await parityStacks()).map(([name, plan]) => ({ name, plan }));
const [minimal] = stacks;
if (minimal === undefined) throw new Error("there is no example on AWS");

/** Every resource of a plan, whatever it is of. */
function nodesOf({ networks, store, fleets }: StackPlan): readonly Resource[] {
  return [...networks, store, ...fleets].flatMap((part) =>
    "resources" in part ? (part.resources as readonly Resource[]) : [],
  );
}

/** One that each variable takes. */
function valuesFor({ variable }: TerraformJson): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(variable).map((name) => [name, name.replaceAll("_", "-").padEnd(20, "-")]),
  );
}

describe.each(stacks)("$name", ({ plan }) => {
  test("each node of the plan is a resource of its type and name, and there is no other", async () => {
    const { resource } = await synthesize(plan);
    const addresses = Object.entries(resource).flatMap(([type, ofType]) =>
      Object.keys(ofType).map((name) => `${type}.${name}`),
    );
    expect(addresses.toSorted()).toEqual(
      nodesOf(plan)
        .map(({ type, name }) => `aws_${type}.${name}`)
        .toSorted(),
    );
  });

  test("every expression leads to something, and every variable is used", async () => {
    const module = await synthesize(plan);
    expect(unresolvedIn(module)).toEqual([]);
    expect(variablesUsed(module)).toEqual(new Set(Object.keys(module.variable)));
  });

  test("variables have no value, and Terraform shows none", async () => {
    for (const variable of Object.values((await synthesize(plan)).variable)) {
      expect(variable).toMatchObject({ type: "string", sensitive: true, nullable: false });
      expect(variable).not.toHaveProperty("default");
    }
  });

  test("what Terraform must not do is said where the plan says so", async () => {
    const { resource } = await synthesize(plan);
    const store = resource["aws_elasticache_replication_group"]?.["store"];
    const { protected: isProtected, kind } = plan.store;
    expect(store?.["lifecycle"]).toEqual(
      kind === "elasticache" && isProtected ? { prevent_destroy: true } : undefined,
    );
    const nodes = nodesOf(plan);
    const services = nodes.filter((node): node is Service => node.type === "ecs_service");
    expect(services.length).toBeGreaterThan(0);
    for (const { name, ignoresDesiredCount } of services)
      expect(resource["aws_ecs_service"]?.[name]?.["lifecycle"]).toEqual(
        ignoresDesiredCount ? { ignore_changes: ["desired_count"] } : undefined,
      );
    const types = new Map(nodes.map(({ name, type }) => [name, `aws_${type}`]));
    for (const { type, name, after } of nodes)
      expect(resource[`aws_${type}`]?.[name]?.["depends_on"]).toEqual(
        after?.map((other) => `${types.get(other)}.${other}`),
      );
  });

  test("what has to be there while it is replaced is made before the one before it is deleted", async () => {
    const { resource } = await synthesize(plan);
    const before = Object.entries(resource).flatMap(([type, ofType]) =>
      Object.values(ofType).some(({ lifecycle }) =>
        JSON.stringify(lifecycle)?.includes('"create_before_destroy":true'),
      )
        ? [type]
        : [],
    );
    const replaced = [
      "aws_ecs_task_definition",
      "aws_lb",
      "aws_lb_target_group",
      "aws_secretsmanager_secret_version",
    ];
    expect(before).toEqual(replaced.filter((type) => type in resource));
  });

  test("the provider is that of the plan's region and account, with its tags", async () => {
    const [network] = plan.networks as unknown as readonly {
      readonly region: string;
      readonly account?: string;
      readonly tags: object;
    }[];
    const { provider, terraform: settings } = await synthesize(plan);
    expect(provider).toEqual({
      aws: [
        {
          region: network?.region,
          ...(network?.account === undefined ? {} : { allowed_account_ids: [network.account] }),
          default_tags: [{ tags: network?.tags }],
        },
      ],
    });
    // No backend: whoever applies it says where its state is kept.
    expect(settings).toEqual({ required_providers: { aws: { source: "aws", version: "6.25.0" } } });
  });

  test("nothing of CDKTF's own notes and of this machine is in it", async () => {
    const text = textOf(await synthesize(plan));
    for (const path of [projectDirectory, homedir(), tmpdir(), 'metadata": {\n', "TfToken", "uniqueId"])
      expect(text).not.toContain(path);
  });

  test.skipIf(!hasTerraform)("Terraform itself reads it, and evaluates every template", async () => {
    const module = await synthesize(plan);
    const { code, output } = await terraform(module, ["providers"]);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining("hashicorp/aws] 6.25.0") });
    const values = valuesFor(module);
    const made = await evaluated(module, { ...values, OPENAI_API_KEY: 'sk "quoted" \\ ${not} %{this}' });
    const secrets = [...made.values()].flatMap(({ secret_string: text }) =>
      text === undefined ? [] : [JSON.parse(text as string) as Record<string, string>],
    );
    const worker = secrets.find((each) => "OPENAI_API_KEY" in each);
    expect(worker?.["OPENAI_API_KEY"]).toBe('sk "quoted" \\ ${not} %{this}');
    expect(worker?.["REDIS_URL"]).toBe(
      plan.store.kind === "elasticache"
        ? `rediss://:${values["OXY_STORE_PASSWORD"]}@«store.primary_endpoint_address»:6379`
        : values["REDIS_URL"],
    );
    const containers = [...made.values()].flatMap(({ container_definitions: text }) =>
      text === undefined ? [] : [JSON.parse(text as string) as readonly object[]],
    );
    expect(containers.length).toBeGreaterThan(0);
    expect(containers.filter(({ length }) => length !== 1)).toEqual([]);
  });
});

test("it is the same to the byte in another process, which reaches nobody, starts nothing and writes nothing", async () => {
  const { plan } = minimal;
  const synthesis = new URL("synthesize.ts", import.meta.url).href;
  const files = new URL("files.ts", import.meta.url).href;
  const script = `
    import { Socket } from "node:net";
    Socket.prototype.connect = () => { throw new Error("it connects"); };
    const { synthesize } = await import(${JSON.stringify(synthesis)});
    const { textOf } = await import(${JSON.stringify(files)});
    process.stdout.write(textOf(await synthesize(JSON.parse(process.env.PLAN))));
  `;
  const printed = execFileSync(
    process.execPath,
    ["--permission", "--allow-fs-read=*", "--no-warnings", "--input-type=module", "--eval", script],
    { encoding: "utf8", cwd: tmpdir(), env: { PLAN: JSON.stringify(plan) } },
  );
  expect(printed).toBe(textOf(await synthesize(plan)));
});

test("a stack with a fleet on another host is refused in one sentence", async () => {
  const { plan } = minimal;
  const [fleet] = plan.fleets;
  if (fleet === undefined) throw new Error("the plan has no fleet");
  const other = { ...plan, fleets: [fleet, { ...fleet, name: "second", host: "fly" }] };
  await expect(synthesize(other)).rejects.toThrow(NotSynthesizable);
  await expect(synthesize(other)).rejects.toThrow(
    "expected fleets on host ecs-fargate, because only AWS is expressed through CDKTF, got fleet second on host fly; " +
      "oxy export writes the files of other hosts",
  );
});

describe.skipIf(!hasTerraform)("Terraform", () => {
  test.each<readonly [string, (text: string) => string, RegExp]>([
    ["JSON that ends too early", (text) => text.slice(0, -4), /Unclosed|Missing|Invalid/],
    [
      "a block that there is none of",
      (text) => text.replace('"variable"', '"varriable"'),
      /Extraneous JSON object/,
    ],
    [
      "a dependency on nothing",
      (text) => text.replace(/"depends_on": \[\s*"/, '"depends_on": [ "not an address'),
      /Invalid|Missing/,
    ],
  ])("refuses %s: reading it is a test", async (_what, broken, message) => {
    const text = textOf(await synthesize(minimal.plan));
    expect(broken(text)).not.toBe(text);
    const { code, output } = await terraform(broken(text), ["providers"]);
    expect(code).toBe(1);
    expect(output).toMatch(message);
  });

  test("refuses an expression that is none: evaluating it is a test", async () => {
    const module = await synthesize(minimal.plan);
    const broken = JSON.parse(textOf(module).replace("${jsonencode(", "${jsonencode((")) as typeof module;
    await expect(evaluated(broken, valuesFor(broken))).rejects.toThrow(/Missing|Invalid|Unbalanced|Unclosed/);
  });

  test.each(["short", "with@sign-and-more-letters", "under_score-and-more-letters"])(
    "refuses %s as the store's password",
    async (password) => {
      const { variable } = await synthesize(minimal.plan);
      const only = { variable: { OXY_STORE_PASSWORD: variable["OXY_STORE_PASSWORD"] ?? {} }, resource: {} };
      await expect(evaluated(only, { OXY_STORE_PASSWORD: password })).rejects.toThrow(
        "OXY_STORE_PASSWORD: expected 16 to 128",
      );
      await expect(evaluated(only, { OXY_STORE_PASSWORD: "f".repeat(64) })).resolves.toEqual(new Map());
    },
  );
});
