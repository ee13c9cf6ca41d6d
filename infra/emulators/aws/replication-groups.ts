import { randomInt } from "node:crypto";
import { Route } from "../route.ts";
import type { EmulatedRedis, RedisServers } from "../redis-servers.ts";
import { attributeOf, textOf, type Account, type Held } from "./account.ts";
import type { Certificate } from "./certificate.ts";
import type { Live } from "./live.ts";
import { connects } from "./reach.ts";
import { AwsRefused } from "./refused.ts";

const GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";
const PARAMETERS = "aws:elasticache/parameterGroup:ParameterGroup";
/** A loopback address that nobody listens at, for whoever is not let through. */
const NOWHERE = "127.255.255.254";
const TRIES = 20;
const PORT = 6_379;

/** Of a node, in GiB: ElastiCache's table of node types. */
const MEMORY_GIB: Readonly<Record<string, number>> = {
  "cache.t4g.micro": 0.5,
  "cache.t4g.small": 1.37,
  "cache.t4g.medium": 3.09,
  "cache.m7g.large": 6.38,
  "cache.m7g.xlarge": 12.93,
  "cache.m7g.2xlarge": 26.04,
  "cache.r7g.large": 13.07,
  "cache.r7g.xlarge": 26.32,
  "cache.r7g.2xlarge": 52.82,
};
/** The rest is kept free for what Redis does besides: `reserved-memory-percent` is 25 unless told. */
const FOR_DATA = 0.75;
const MB_PER_GIB = 1024;
const BYTES_PER_MB = 1024 * 1024;
/** Of what ElastiCache knows as parameters, those that a redis-server of this machine takes as they are. */
const DEFAULTS = { "maxmemory-policy": "volatile-lru" };

/**
 * The account's ElastiCache: each replication group is one redis-server of this machine, whose replicas are only said to
 * be there. It forgets when it ends: these engines append to no file.
 */
export class ReplicationGroups {
  readonly #account: Account;
  readonly #servers: RedisServers;
  readonly #certificate: Certificate;
  readonly #running = new Map<string, EmulatedRedis>();

  constructor(account: Account, servers: RedisServers, certificate: Certificate) {
    this.#account = account;
    this.#servers = servers;
    this.#certificate = certificate;
  }

  readonly live: Readonly<Record<string, Live>> = {
    [GROUP]: {
      create: async (held) => {
        const server = await this.#start(held);
        this.#running.set(held.id, server);
        return { primaryEndpointAddress: server.host, readerEndpointAddress: server.host };
      },
      update: async (held) => {
        const server = this.#running.get(held.id);
        if (server === undefined)
          throw new AwsRefused("ReplicationGroupNotFoundFault", "Replication group not found.");
        requireToken(textOf(held, "authToken"));
        await server.configure({
          requirepass: textOf(held, "authToken"),
          maxmemory: `${megabytesOf(held) * BYTES_PER_MB}`,
          ...this.#parametersOf(held),
        });
        return {};
      },
      remove: async (held) => {
        await this.#running.get(held.id)?.stop();
        this.#running.delete(held.id);
      },
    },
  };

  /** The text, with the address of every store that these security groups are not let into changed to that of nobody. */
  reachable(value: string, securityGroups: readonly string[]): string {
    return [...this.#running].reduce((changed, [id, { host }]) => {
      const held = this.#account.find(GROUP, id);
      const groups =
        held === undefined ? [] : (attributeOf(held, "securityGroupIds") as readonly string[] | null);
      const isLetIn = connects(this.#account, securityGroups, groups ?? [], PORT);
      return isLetIn ? changed : changed.replaceAll(host, NOWHERE);
    }, value);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map((server) => server.stop()));
    this.#running.clear();
  }

  async #start(held: Held): Promise<EmulatedRedis> {
    const password = textOf(held, "authToken");
    const isEncrypted = attributeOf(held, "transitEncryptionEnabled") === true;
    if (password !== "" && !isEncrypted)
      throw invalid("The AUTH token modification is only supported when encryption-in-transit is enabled.");
    requireToken(password);
    const maxMemoryMb = megabytesOf(held);
    const parameters = this.#parametersOf(held);
    const host = await addressOfItsOwn();
    return await this.#servers.start({
      host,
      port: PORT,
      password,
      maxMemoryMb,
      persistence: "none",
      parameters,
      ...(isEncrypted ? { tls: await this.#certificate.for(host) } : {}),
    });
  }

  #parametersOf(held: Held): Readonly<Record<string, string>> {
    const group = this.#account.find(PARAMETERS, textOf(held, "parameterGroupName"));
    const given = (group === undefined ? [] : (attributeOf(group, "parameters") ?? [])) as readonly {
      readonly name: string;
      readonly value: string;
    }[];
    return { ...DEFAULTS, ...Object.fromEntries(given.map(({ name, value }) => [name, value])) };
  }
}

/** All of 127.0.0.0/8 is the loopback on Linux: each store has AWS's port at an address of its own. */
async function addressOfItsOwn(): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const host = ["127", randomInt(1, 255), randomInt(1, 255), randomInt(1, 255)].join(".");
    try {
      await (await Route.open({ host, port: PORT })).close();
      return host;
    } catch (error) {
      if (attempt === TRIES) throw error;
    }
  }
}

/** For data. */
function megabytesOf(held: Held): number {
  const nodeType = textOf(held, "nodeType");
  const gib = MEMORY_GIB[nodeType];
  if (gib !== undefined) return Math.floor(gib * FOR_DATA * MB_PER_GIB);
  throw invalid(`${nodeType}: this emulator knows the memory of ${Object.keys(MEMORY_GIB).join(", ")}`);
}

/** As AWS has it: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html, read 2026-11-22. */
function requireToken(token: string): void {
  if (/^[\w!&#$^<>-]{16,128}$/.test(token)) return;
  throw invalid(
    "Invalid AuthToken provided. It has 16 to 128 letters, digits, and of other characters only !&#$^<>-",
  );
}

function invalid(message: string): AwsRefused {
  return new AwsRefused("InvalidParameterValue", message);
}
