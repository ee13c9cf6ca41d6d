import { createConnection } from "node:net";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Redis } from "ioredis";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { secret } from "../../provider/client-fixture.ts";
import { useAws, type Made } from "./aws-fixture.ts";

const aws = useAws();
const GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";
const PASSWORD = "of-the-store-0123456789";

let network: Awaited<ReturnType<ReturnType<typeof aws>["network"]>>;
let access: Made;

beforeEach(async () => {
  network = await aws().network();
  ({ group: access } = await aws().group(network.vpc, "store"));
});

async function store(changes: object = {}, parameters: object[] = NOEVICTION): Promise<Made> {
  const subnets = await aws().make("aws:elasticache/subnetGroup:SubnetGroup", {
    name: "store",
    subnetIds: [network.subnet.id],
  });
  const group = await aws().make("aws:elasticache/parameterGroup:ParameterGroup", {
    name: "store",
    family: "valkey8",
    parameters,
  });
  return await aws().make(GROUP, {
    replicationGroupId: "trial-store",
    description: "of the trial",
    engine: "valkey",
    engineVersion: "8.0",
    nodeType: "cache.t4g.micro",
    numCacheClusters: 1,
    parameterGroupName: group.state["name"],
    subnetGroupName: subnets.state["name"],
    securityGroupIds: [access.id],
    transitEncryptionEnabled: true,
    authToken: secret(PASSWORD),
    ...changes,
  });
}

const NOEVICTION = [{ name: "maxmemory-policy", value: "noeviction" }];

async function connected({ state }: Made, password = PASSWORD): Promise<Redis> {
  const ca = await readFile(join(aws().home, "certificates/trusted.pem"));
  const redis = new Redis({
    host: String(state["primaryEndpointAddress"]),
    port: 6_379,
    password,
    tls: { ca },
    lazyConnect: true,
    retryStrategy: () => null,
  });
  redis.on("error", () => {});
  onTestFinished(() => redis.disconnect());
  await redis.connect();
  return redis;
}

async function setting(redis: Redis, name: string): Promise<unknown> {
  return ((await redis.config("GET", name)) as string[])[1];
}

test("a replication group is a Redis behind TLS and a password, with what its node and its parameters say", async () => {
  const redis = await connected(await store());
  expect(await setting(redis, "maxmemory-policy")).toBe("noeviction");
  expect(await setting(redis, "maxmemory")).toBe(`${0.5 * 0.75 * 1024 ** 3}`);
  // These engines write nothing to a disk.
  expect(await setting(redis, "appendonly")).toBe("no");
});

test("a parameter group that says nothing of it lets keys be evicted, as ElastiCache's own does", async () => {
  expect(await setting(await connected(await store({}, [])), "maxmemory-policy")).toBe("volatile-lru");
});

test("another password is refused, and so is whoever speaks no TLS", async () => {
  const made = await store();
  await expect(connected(made, "of-somebody-else-0123")).rejects.toThrow(/WRONGPASS|closed/);
  const { promise, resolve } = Promise.withResolvers<string>();
  const plain = createConnection(6_379, String(made.state["primaryEndpointAddress"]));
  plain.on("data", (data) => resolve(data.toString())).on("error", (error) => resolve(error.message));
  plain.on("close", () => resolve("closed")).write("PING\r\n");
  expect(await promise).not.toContain("PONG");
});

test("a new password is in force at once", async () => {
  const made = await store();
  const changed = await aws().change(made, { authToken: secret("another-one-0123456789") });
  expect(changed.state["authToken"]).toEqual(secret("another-one-0123456789"));
  expect(await (await connected(changed, "another-one-0123456789")).ping()).toBe("PONG");
});

test.each([
  [{ authToken: secret("short") }, "Invalid AuthToken"],
  [{ authToken: secret("with@sign-0123456789") }, "Invalid AuthToken"],
  [{ transitEncryptionEnabled: false }, "only supported when encryption-in-transit is enabled"],
  [{ nodeType: "cache.t1.nano" }, "cache.t1.nano"],
])("what ElastiCache would not make is refused: %j", async (changes, reason) => {
  await expect(store(changes)).rejects.toThrow(reason);
  expect(aws().aws.account.all(GROUP)).toEqual([]);
});

/** What a task finds in place of the store's address. */
async function addressSeen(made: Made): Promise<string> {
  const around = await aws().surroundings();
  const address = String(made.state["primaryEndpointAddress"]);
  const definition = await aws().taskDefinition(around, await aws().image("1"), {
    environment: [
      { name: "PORT", value: "3000" },
      { name: "REDIS_URL", value: `rediss://:${PASSWORD}@${address}:6379` },
    ],
  });
  await aws().service(around, definition, {
    networkConfiguration: {
      subnets: [network.subnet.id],
      securityGroups: [network.group.id],
      assignPublicIp: true,
    },
  });
  const [container] = aws().containers.running;
  return String(container?.spec.environment["REDIS_URL"]);
}

test("only whom its security group lets in finds it", async () => {
  const made = await store();
  expect(await addressSeen(made)).toBe(`rediss://:${PASSWORD}@127.255.255.254:6379`);
});

test("whom its security group lets in finds it, and trusts it", async () => {
  const made = await store();
  await aws().letIn(access, network.group, 6_379);
  expect(await addressSeen(made)).toContain(String(made.state["primaryEndpointAddress"]));
  const [container] = aws().containers.running;
  expect(await readFile(String(container?.spec.environment["NODE_EXTRA_CA_CERTS"]), "utf8")).toContain(
    "BEGIN",
  );
});
