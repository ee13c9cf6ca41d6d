import { CustomResource, ProviderResource, secret } from "@pulumi/pulumi";
import type { CustomResourceOptions, Inputs, Resource } from "@pulumi/pulumi";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Containers } from "../emulators/containers.ts";
import { startAwsWith, type EmulatedAws } from "../emulators/aws/emulator.ts";
import { RedisServers } from "../emulators/redis-servers.ts";
import { planVpc } from "../networks/aws-vpc/plan.ts";
import { deployNetwork } from "../networks/aws-vpc/pulumi.ts";
import type { StackResources } from "../stack-resources.ts";
import { elastiCacheStore, type ElastiCacheStoreConfig } from "../stores/elasticache/config.ts";
import { planStore } from "../stores/elasticache/plan.ts";
import { deployStore } from "../stores/elasticache/pulumi.ts";
import { findEngine } from "./engine.ts";

const engine = await findEngine().catch(() => undefined);
const REGION = "sa-east-1";
const PASSWORD = "of-the-store-0123456789";
const ENDING = 60_000;

class AwsProvider extends ProviderResource {
  constructor(name: string) {
    super("aws", name, { region: REGION });
  }
}

/** Whatever it is given: no compiler holds it against the SDK. */
class AnyVpc extends CustomResource {
  constructor(name: string, inputs: Inputs, options: CustomResourceOptions) {
    super("aws:ec2/vpc:Vpc", name, inputs, options);
  }
}

describe.skipIf(engine === undefined)("with Pulumi's own engine, the stand-in for its plugin", () => {
  let home: string;
  let aws: EmulatedAws;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "aws-plugin-"));
    await mkdir(join(home, "project"));
    await writeFile(
      join(home, "project", "Pulumi.yaml"),
      "name: trial\nruntime: nodejs\noptions:\n  refresh: always\n",
    );
    const cloud = {
      containers: new Containers(home, join(home, "containers")),
      redisServers: new RedisServers(join(home, "redis")),
      folder: home,
    };
    aws = await startAwsWith(cloud, {});
  }, ENDING);

  afterEach(async () => {
    await aws.emulator.close();
    await rm(home, { recursive: true });
  }, ENDING);

  async function stack(program: () => Promise<Record<string, unknown>>): Promise<Stack> {
    const what = { stackName: "trial", projectName: "trial", program };
    return await LocalWorkspace.createOrSelectStack(what, {
      workDir: join(home, "project"),
      ...(engine === undefined ? {} : { pulumiCommand: engine }),
      envVars: {
        PULUMI_BACKEND_URL: `file://${home}`,
        PULUMI_CONFIG_PASSPHRASE: "of the test",
        PULUMI_HOME: join(home, "pulumi"),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // Without the stand-in there would be no plugin at all.
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        ...aws.emulator.environment,
      },
    });
  }

  function network(account?: string) {
    const shared = new Map<string, Resource>();
    const resources: Omit<StackResources, "store"> = {
      stack: "trial",
      provider: new AwsProvider("ours"),
      dependsOn: [],
      secret: () => secret(PASSWORD),
      shared<Kind extends Resource>(name: string, declared: () => Kind): Kind {
        const resource = (shared.get(name) as Kind | undefined) ?? declared();
        shared.set(name, resource);
        return resource;
      },
    };
    const plan = planVpc({
      stack: "trial",
      production: false,
      region: REGION,
      ...(account === undefined ? {} : { account }),
    });
    return { plan, resources: { ...resources, network: deployNetwork(plan, resources) } };
  }

  /** A network and a store in it, as a stack has them. */
  async function networkAndStore(): Promise<Record<string, unknown>> {
    const { plan: within, resources } = network();
    const config = elastiCacheStore.parse({ region: REGION, preset: "recommended" });
    const plan = planStore({
      stack: "trial",
      production: false,
      config: { kind: "elasticache", ...config } as ElastiCacheStoreConfig,
      within,
    });
    return { url: deployStore(plan, resources).urlFrom(within.name) };
  }

  test(
    "a network and a store are previewed, made, found as they are, and removed in an order that AWS takes",
    async () => {
      const trial = await stack(networkAndStore);
      const { changeSummary } = await trial.preview();
      expect(aws.account.everything).toEqual([]);
      const { outputs, summary } = await trial.up();
      expect(summary.resourceChanges).toEqual(changeSummary);
      expect(outputs["url"]).toMatchObject({ secret: true });
      expect(outputs["url"]?.value).toMatch(/^rediss:\/\/:of-the-store-0123456789@127\.\d+\.\d+\.\d+:6379$/);
      const state = await readFile(join(home, ".pulumi/stacks/trial/trial.json"), "utf8");
      expect(state).toContain("aws:elasticache/replicationGroup:ReplicationGroup");
      expect(state).not.toContain(PASSWORD);
      const again = await trial.up();
      expect(Object.keys(again.summary.resourceChanges ?? {})).toEqual(["same"]);
      await trial.destroy();
      expect(aws.account.everything).toEqual([]);
    },
    ENDING * 2,
  );

  test(
    "what somebody took away by hand is made again",
    async () => {
      const trial = await stack(async () => {
        network();
        return {};
      });
      await trial.up();
      const [subscription] = aws.account.all("aws:sns/topic:Topic");
      if (subscription === undefined) throw new Error("the network has no topic");
      aws.account.forget(subscription);
      const { summary } = await trial.up();
      expect(summary.resourceChanges).toMatchObject({ create: 1 });
      await trial.destroy();
    },
    ENDING * 2,
  );

  test(
    "a property that AWS's provider has not is refused by name, at the preview",
    async () => {
      const trial = await stack(async () => {
        const inputs = { cidrBlock: "10.0.0.0/16", enableDnsHostname: true };
        return { vpc: new AnyVpc("vpc", inputs, { provider: new AwsProvider("any") }).id };
      });
      await expect(trial.preview()).rejects.toThrow(
        /enableDnsHostname: expected a property that @pulumi\/aws knows, got another one \(the nearest is enableDnsHostnames\)/,
      );
    },
    ENDING,
  );

  test(
    "a stack of another account is refused",
    async () => {
      const trial = await stack(async () => {
        network("210987654321");
        return {};
      });
      await expect(trial.up()).rejects.toThrow(/AWS account ID not allowed: 123456789012/);
      expect(aws.account.everything).toEqual([]);
    },
    ENDING,
  );
});
