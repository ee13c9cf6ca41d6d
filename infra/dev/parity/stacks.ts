import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { parseStackConfig } from "../../config.ts";
import { projectDirectory } from "../../home.ts";
import { hosts } from "../../hosts.ts";
import { planStack, type StackPlan } from "../../plan.ts";
import { stores } from "../../stores.ts";
import { workload } from "../../workload.ts";

const PROJECT = "oxy-workers";
const STACK = "parity";
const IMAGE = `ghcr.io/acme/oxy-worker@sha256:${"a".repeat(64)}`;
const ECR = `123456789012.dkr.ecr.us-east-1.amazonaws.com/oxy-worker@sha256:${"b".repeat(64)}`;
const SECRETS = {
  OXY_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString("base64")}`,
  OPENAI_API_KEY: "stand-in",
  OXY_ADMIN_TOKEN: "stand-in",
  OXY_STORE_PASSWORD: "0".repeat(32),
};

type Config = Readonly<Record<string, unknown>>;

/** What the examples leave out: between them, every kind of resource and every choice that changes the graph. */
const VARIANTS: Readonly<Record<string, Config>> = {
  "production behind a certificate, a NAT in each zone": {
    image: IMAGE,
    production: true,
    store: { kind: "elasticache", preset: "recommended", region: "us-east-1" },
    fleets: {
      main: {
        host: "ecs-fargate",
        preset: "recommended",
        region: "us-east-1",
        account: "123456789012",
        zones: 3,
        egress: "nat-per-zone",
        architecture: "arm64",
        loadBalancer: true,
        certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
        domain: "workers.example.com",
        alarmEmail: "ana@example.com",
      },
    },
  },
  "Upstash, Spot beyond a base, an image in ECR": {
    image: ECR,
    store: { kind: "upstash", region: "us-east-1" },
    fleets: {
      main: {
        host: "ecs-fargate",
        region: "us-east-1",
        services: "two",
        instances: 2,
        maxInstances: 6,
        spot: 50,
        onDemandBase: 1,
        repository: true,
      },
    },
    environment: { OPENAI_MODEL: "a ${model} with %{ signs }" },
  },
  "a registry that asks for a password, one NAT": {
    image: IMAGE,
    store: { kind: "elasticache", region: "sa-east-1", replicas: 2 },
    fleets: {
      main: {
        host: "ecs-fargate",
        region: "sa-east-1",
        egress: "nat",
        registryUser: "acme",
        loadBalancer: true,
      },
    },
    secrets: { OXY_REGISTRY_PASSWORD: "stand-in" },
  },
};

/** The stacks whose two expressions are compared, by name. */
export async function parityStacks(): Promise<Readonly<Record<string, StackPlan>>> {
  const examples = await Promise.all(["aws-minimal", "aws-recommended"].map(exampleOf));
  const all = [...examples, ...Object.entries(VARIANTS)];
  return Object.fromEntries(all.map(([name, config]) => [name, planOf(config)]));
}

async function exampleOf(name: string): Promise<[string, Config]> {
  const text = await readFile(join(projectDirectory, "stacks", "examples", `${name}.yaml`), "utf8");
  const { config } = parse(text) as { readonly config: Config };
  const own = Object.entries(config).map(([key, value]) => [key.replace(`${PROJECT}:`, ""), value]);
  // Its sources are for a rehearsal; AWS runs an image of a registry.
  return [name, { ...Object.fromEntries(own), image: IMAGE }];
}

function planOf(config: Config): StackPlan {
  const secrets = { ...SECRETS, ...(config["secrets"] as object | undefined) };
  const texts = Object.entries({ ...config, secrets }).map(([key, value]) => [
    `${PROJECT}:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const parsed = parseStackConfig(Object.fromEntries(texts) as Record<string, string>, PROJECT, {
    stack: STACK,
    hosts,
    stores,
    isSecret: (key) => key === `${PROJECT}:secrets`,
  });
  if (parsed.image.kind !== "registry") throw new Error("AWS runs images of a registry");
  const image = { kind: "registry", reference: parsed.image.reference } as const;
  return planStack(parsed, { stack: STACK, image, workload });
}
