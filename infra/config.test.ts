import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { InvalidStackConfig, parseStackConfig, type StackConfig } from "./config.ts";
import { example, stackConfigPage } from "./dev/stack-config-page.ts";
import { stackConfigSchema } from "./dev/stack-config-schema.ts";
import { hosts as everyHost } from "./hosts.ts";
import { localFleet } from "./hosts/local/config.ts";
import { choice, field } from "./stack-config/field.ts";
import { stores as everyStore } from "./stores.ts";
import { localStore } from "./stores/local/config.ts";

type Values = Readonly<Record<string, unknown>>;

const PROJECT = "oxy-workers";
const hosts = { local: { config: localFleet } };
const stores = { local: { config: localStore } };
const digest = `sha256:${"0a".repeat(32)}`;
const sealingKey = Buffer.alloc(32, "key of the test").toString("base64");
const apiKey = "sk-secret-of-the-test";
const secrets = { OXY_ENCRYPTION_KEYS: `k1:${sealingKey}`, OPENAI_API_KEY: apiKey };
const least = { image: "./worker", store: "local", fleets: { main: { host: "local" } }, secrets };

/** As Pulumi gives a program what its file says. */
function given(values: Values): Record<string, string> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([key, value]) => [
      `${PROJECT}:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

function read(values: Values, encrypted: readonly string[] = ["secrets"]): StackConfig {
  const isSecret = (key: string): boolean => encrypted.some((name) => key === `${PROJECT}:${name}`);
  return parseStackConfig(given(values), PROJECT, { stack: "trial", hosts, stores, isSecret });
}

function problemsOf(values: Values, encrypted?: readonly string[]): readonly string[] {
  try {
    read(values, encrypted);
  } catch (error) {
    if (error instanceof InvalidStackConfig) return error.problems;
    throw error;
  }
  return [];
}

describe("what is required is enough", () => {
  test("everything else has a default", () => {
    expect(read(least)).toEqual({
      image: { kind: "source", path: "./worker" },
      store: { kind: "local", persistence: "append-only", maxMemoryMb: 256 },
      fleets: { main: { host: "local", region: "local", size: "small", share: 100 } },
      production: false,
      environment: {},
      secrets,
    });
  });

  test("the name of a store is short for an object", () => {
    expect(read({ ...least, store: { kind: "local" } })).toEqual(read(least));
  });

  test("what has no value counts as unset", () => {
    expect(read({ ...least, environment: null, production: "" })).toEqual(read(least));
  });

  test("a budget is a number of USD, and its usage file a path", () => {
    const usage = "./stacks/usage.local.yaml";
    expect(read({ ...least, budget: 49.9, usage })).toEqual({ ...read(least), budget: 49.9, usage });
  });

  test("keys of other programs are not read", () => {
    const all = { ...given(least), "aws:region": "sa-east-1", "oxy-workers-2:image": "5" };
    const isSecret = (): boolean => true;
    expect(parseStackConfig(all, PROJECT, { stack: "trial", hosts, stores, isSecret })).toEqual(read(least));
  });

  test("numbers and booleans of the environment become text", () => {
    const environment = {
      OPENAI_MODEL: "gpt-4o-mini",
      OXY_CONCURRENCY: 50,
      OXY_LEASE_SECONDS: 1.5,
      ANY: true,
    };
    expect(read({ ...least, environment }).environment).toEqual({
      OPENAI_MODEL: "gpt-4o-mini",
      OXY_CONCURRENCY: "50",
      OXY_LEASE_SECONDS: "1.5",
      ANY: "true",
    });
  });

  test.each([
    ["./worker", { kind: "source", path: "./worker" }],
    ["/srv/worker", { kind: "source", path: "/srv/worker" }],
    [digest, { kind: "bundle", reference: digest }],
    [`ghcr.io/oxy/worker@${digest}`, { kind: "registry", reference: `ghcr.io/oxy/worker@${digest}` }],
    ["localhost:5000/worker:2.1", { kind: "tag", reference: "localhost:5000/worker:2.1" }],
  ])("image %s", (image, expected) => {
    expect(read({ ...least, image }).image).toEqual(expected);
  });

  test("production takes any image where nothing real is deployed", () => {
    const circumstances = { stack: "trial", hosts, stores, isSecret: () => true };
    const all = given({ ...least, production: true });
    expect(parseStackConfig(all, PROJECT, { ...circumstances, offline: true }).production).toBe(true);
  });

  test.each([digest, `ghcr.io/oxy/worker@${digest}`])("production takes image %s", (image) => {
    expect(read({ ...least, image, production: true }).production).toBe(true);
  });
});

describe("what is wrong is told in a sentence: key, expected, got", () => {
  const images = "./folder, sha256:<digest>, registry/name@sha256:<digest> or registry/name:tag";
  const name = "a name of A-Z, 0-9 and '_' that starts with a letter";
  const plain = "text, a number (a long one in quotes), true or false";
  const pinned = "an image by digest in production, because nobody could roll back to a folder or a tag";
  const one = (fields: Values): Values => ({ fleets: { main: { host: "local", ...fields } } });

  test.each<[change: Values, ...sentences: string[]]>([
    [{ image: null }, `image: expected ${images}, got nothing`],
    [{ budget: -1 }, "budget: expected a number of USD from 0 to 1000000, got -1"],
    [{ budget: "50 USD" }, 'budget: expected a number of USD from 0 to 1000000, got "50 USD"'],
    [{ usage: { messages: 5 } }, "usage: expected the path of a usage file, got an object"],
    [{ image: "worker" }, `image: expected ${images}, got "worker"`],
    [{ image: "../worker" }, `image: expected ${images}, got "../worker"`],
    [{ image: "sha256:12" }, `image: expected ${images}, got "sha256:12"`],
    [{ image: "ghcr.io/oxy/worker" }, `image: expected ${images}, got "ghcr.io/oxy/worker"`],
    [{ image: { path: "./worker" } }, `image: expected ${images}, got an object`],
    [{ image: `./${"x\n".repeat(99)}` }, `image: expected ${images}, got "./${"x\\n".repeat(39)}…"`],

    [
      { store: null },
      "store: expected the name of a kind of store, or an object with kind and options, got nothing",
    ],
    [
      { store: ["local"] },
      "store: expected the name of a kind of store, or an object with kind and options, got a list",
    ],
    [{ store: "lcoal" }, 'store: expected one of local, got "lcoal"; the nearest is local'],
    [{ store: { kind: "lcoal" } }, 'store.kind: expected one of local, got "lcoal"; the nearest is local'],
    [{ store: {} }, "store.kind: expected one of local, got nothing"],
    [{ store: "constructor" }, 'store: expected one of local, got "constructor"; the nearest is local'],
    [
      { store: { kind: "local", persistance: "none" } },
      "store.persistance: expected a known key, got an unknown one; the nearest is persistence",
    ],
    [
      { store: { kind: "local", persistence: "appendonly", maxMemoryMb: 8 } },
      'store.persistence: expected one of append-only, none, got "appendonly"; the nearest is append-only',
      "store.maxMemoryMb: expected an integer from 16 to 65536, got 8",
    ],
    [
      { store: { kind: "local", maxMemoryMb: "256" } },
      'store.maxMemoryMb: expected an integer from 16 to 65536, got "256"',
    ],

    [{ fleets: null }, "fleets: expected an object of fleets by name, got nothing"],
    [{ fleets: "main" }, 'fleets: expected an object of fleets by name, got "main"'],
    [{ fleets: {} }, "fleets: expected a fleet, got none"],
    [
      { fleets: { blue: { host: "local" }, green: { host: "local", share: 0 } } },
      "fleets: expected exactly one fleet, because this version moves no shards between fleets, got 2",
    ],
    [
      { fleets: { main: null } },
      "fleets.main: expected an object with host, region, size and share, got nothing",
    ],
    [
      { fleets: { "Main 1": { host: "local" } } },
      `fleets["Main 1"]: expected a name of a-z, 0-9 and '-' that starts with a letter, at most 30, got "Main 1"`,
    ],
    [{ fleets: { main: {} } }, "fleets.main.host: expected one of local, got nothing"],
    [one({ host: "lcoal" }), 'fleets.main.host: expected one of local, got "lcoal"; the nearest is local'],
    [one({ region: "gru" }), 'fleets.main.region: expected one of local, got "gru"; the nearest is local'],
    [
      one({ size: "mediun", shar: 100 }),
      "fleets.main.shar: expected a known key, got an unknown one; the nearest is share",
      'fleets.main.size: expected one of small, medium, large, got "mediun"; the nearest is medium',
    ],
    [one({ share: 101 }), "fleets.main.share: expected an integer from 0 to 100, got 101"],
    [
      one({ share: 50 }),
      "fleets.main.share: expected 100, because the one fleet of this version owns every shard, got 50",
    ],

    [{ production: "yes" }, 'production: expected true or false, got "yes"'],
    [{ production: true }, `image: expected ${pinned}, got "./worker"`],
    [{ production: true, image: "oxy/worker:2" }, `image: expected ${pinned}, got "oxy/worker:2"`],

    [
      { environment: "OPENAI_MODEL=x" },
      "environment: expected an object of settings by name, got a value of 14 characters",
    ],
    [{ environment: { model: "x" } }, `environment.model: expected ${name}, got "model"`],
    [{ environment: { OPENAI_MODEL: ["x"] } }, `environment.OPENAI_MODEL: expected ${plain}, got a list`],
    [{ environment: { ANY: 2 ** 60 } }, `environment.ANY: expected ${plain}, got a number`],
    [
      { environment: { REDIS_URL: "redis://:hunter2@redis" } },
      "environment.REDIS_URL: expected nothing, because the deployment makes it the address of the store, got a value of 22 characters",
    ],
    [
      { environment: { OXY_BOARD_PASSWORD: "hunter2" } },
      "environment.OXY_BOARD_PASSWORD: expected nothing, because its name is that of a secret, got a value of 7 characters; put it under secrets: npx oxy secret set -s trial OXY_BOARD_PASSWORD",
    ],
    [
      { environment: { PROXY: "hunter2" }, secrets: { ...secrets, PROXY: "hunter2" } },
      "environment.PROXY: expected nothing, because it is under secrets too, got a value of 7 characters",
    ],

    [
      { secrets: null },
      "secrets.OXY_ENCRYPTION_KEYS: expected id:base64 of 32 bytes, comma separated, each id once (`openssl rand -base64 32`), got nothing; set it: npx oxy secret set -s trial OXY_ENCRYPTION_KEYS",
      "secrets.OPENAI_API_KEY: expected a key without white space, got nothing; set it: npx oxy secret set -s trial OPENAI_API_KEY",
    ],
    [{ secrets: apiKey }, "secrets: expected an object of secrets by name, got a value of 21 characters"],
    [
      { secrets: { ...secrets, [apiKey]: "OPENAI_API_KEY" } },
      `secrets: expected ${name}, got one of 21 characters`,
    ],
    [
      { secrets: { ...secrets, OXY_ROLE: "all" } },
      "secrets.OXY_ROLE: expected nothing, because the deployment makes it what its host runs, got a value of 3 characters",
    ],
    [
      { secrets: { ...secrets, OPENAI_API_KEY: `${apiKey}\n` } },
      "secrets.OPENAI_API_KEY: expected a key without white space, got a value of 22 characters; set it: npx oxy secret set -s trial OPENAI_API_KEY",
    ],
    [
      { secrets: { ...secrets, OXY_BOARD_PASSWORD: "" } },
      "secrets.OXY_BOARD_PASSWORD: expected text that is not empty, got a value of 0 characters; set it: npx oxy secret set -s trial OXY_BOARD_PASSWORD",
    ],

    [{ fleet: {} }, "fleet: expected a known key, got an unknown one; the nearest is fleets"],
    [
      { OPENAI_API_KEY: apiKey },
      "OPENAI_API_KEY: expected a known key, got an unknown one; put it under secrets",
    ],
    [
      { OPENAI_MODEL: "gpt-4o" },
      "OPENAI_MODEL: expected a known key, got an unknown one; put it under environment",
    ],
  ])("%j", (change, ...sentences) => {
    expect(problemsOf({ ...least, ...change })).toEqual(sentences);
  });

  test("all of it at once, below the name of the stack", () => {
    expect(() => read({ image: "worker", store: "upstash", fleets: {}, secrets })).toThrow(
      [
        "the config of stack trial is not usable:",
        `  image: expected ${images}, got "worker"`,
        '  store: expected one of local, got "upstash"; the nearest is local',
        "  fleets: expected a fleet, got none",
      ].join("\n"),
    );
  });
});

describe("secrets stay secret", () => {
  test("in clear they are refused", () => {
    expect(problemsOf(least, [])).toEqual([
      "secrets: expected encrypted values, got them in clear; encrypt each: npx oxy secret set -s trial <name>",
    ]);
  });

  test("any other value that is encrypted is not printed either", () => {
    expect(
      problemsOf({ ...least, image: apiKey, production: apiKey }, ["secrets", "image", "production"]),
    ).toEqual([
      expect.stringMatching(/^image: expected .*, got a value of 21 characters$/),
      "production: expected true or false, got a value of 21 characters",
    ]);
  });

  test.each([
    ["too short a key", `k1:${randomBytes(16).toString("base64")}`],
    ["no id", sealingKey],
    ["the same id twice", `k1:${sealingKey},k1:${sealingKey}`],
    ["a trailing comma", `k1:${sealingKey},`],
  ])("encryption keys with %s are refused unprinted", (_, value) => {
    const [problem, ...others] = problemsOf({
      ...least,
      secrets: { ...secrets, OXY_ENCRYPTION_KEYS: value },
    });
    expect(others).toEqual([]);
    expect(problem).toMatch(/^secrets\.OXY_ENCRYPTION_KEYS: /);
    expect(problem).toContain(`got a value of ${value.length} characters`);
    expect(problem).not.toContain(sealingKey);
  });

  test("several encryption keys are accepted", () => {
    const OXY_ENCRYPTION_KEYS = `new:${randomBytes(32).toString("base64")}, k1:${sealingKey}`;
    expect(problemsOf({ ...least, secrets: { ...secrets, OXY_ENCRYPTION_KEYS } })).toEqual([]);
  });
});

describe("whatever is given", () => {
  const words = fc.constantFrom(
    ...["image", "store", "fleets", "production", "environment", "secrets", "main", "host", "kind", "share"],
    ...[
      "local",
      "size",
      "region",
      "persistence",
      "maxMemoryMb",
      "REDIS_URL",
      "OPENAI_API_KEY",
      "OPENAI_MODEL",
    ],
    ...["__proto__", "constructor", "toString", "", "a.b"],
  );
  const leaf = fc.oneof(
    words,
    fc.string({ unit: "binary" }),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
  );
  const { garbage } = fc.letrec<{ garbage: unknown }>((tie) => ({
    garbage: fc.oneof(
      { depthSize: "medium" },
      leaf,
      fc.array(tie("garbage"), { maxLength: 3 }),
      fc.dictionary(fc.oneof(words, fc.string()), tie("garbage"), { maxKeys: 4 }),
    ),
  }));
  const changes = fc.dictionary(fc.oneof(words, fc.string()), garbage, { maxKeys: 4 });
  /** The usable config with some of its values replaced, at each depth. */
  const mutated = fc
    .tuple(changes, changes, changes, changes, fc.nat(4))
    .map(([top, store, fleet, environment, keep]) => {
      const deep = {
        store: { kind: "local", ...store },
        fleets: { main: { host: "local", ...fleet } },
        environment,
      };
      return Object.assign({}, least, deep, Object.fromEntries(Object.entries(top).slice(keep)));
    });
  const hiding = fc.oneof(
    fc.constant(apiKey),
    garbage.map((value) => ({ [apiKey]: value, OPENAI_API_KEY: apiKey })),
    fc.dictionary(fc.oneof(words, fc.string()), fc.constantFrom<unknown>(apiKey, [apiKey], { x: apiKey })),
    fc.constantFrom([apiKey], `{"OPENAI_API_KEY":"${apiKey}"`),
  );

  test("it is read, or refused with a line for each problem and no secret", () => {
    fc.assert(
      fc.property(mutated, hiding, fc.boolean(), (values, hidden, encrypted) => {
        const problems = problemsOf({ ...values, secrets: hidden }, encrypted ? ["secrets"] : []);
        expect(problems.join("\n").split("\n")).toHaveLength(problems.length || 1);
        expect(problems.join("\n")).not.toContain(apiKey);
      }),
      { numRuns: 2_000 },
    );
  });

  test("a value of a key that is encrypted is never told", () => {
    const buried = fc.constantFrom<unknown>(
      apiKey,
      { kind: apiKey },
      { main: apiKey },
      { main: { host: apiKey } },
    );
    const key = fc.constantFrom("image", "store", "fleets", "production", "environment");
    fc.assert(
      fc.property(key, buried, (name, value) => {
        const problems = problemsOf({ ...least, [name]: value }, ["secrets", name]);
        expect(problems).not.toEqual([]);
        expect(problems.join("\n")).not.toContain(apiKey);
      }),
    );
  });

  test("what is usable is read as it was written", () => {
    const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,20}_X$/);
    const text = fc.string({ unit: "binary" }).map((value) => value.replaceAll("\0", ""));
    const usable = fc.record({
      image: fc.constantFrom(digest, `ghcr.io/oxy/worker@${digest}`),
      store: fc.record({
        kind: fc.constant("local"),
        persistence: fc.constantFrom("append-only", "none"),
        maxMemoryMb: fc.integer({ min: 16, max: 65_536 }),
      }),
      fleets: fc
        .tuple(fc.stringMatching(/^[a-z][a-z0-9-]{0,29}$/), fc.constantFrom("small", "medium", "large"))
        .map(([fleet, size]) => ({ [fleet]: { host: "local", region: "local", size, share: 100 } })),
      production: fc.boolean(),
      environment: fc.dictionary(name, text),
      secrets: fc
        .dictionary(
          name.map((one) => `${one}_TOKEN`),
          text.map((value) => `s${value}`),
        )
        .map((more) => Object.assign({}, secrets, more)),
    });
    fc.assert(
      fc.property(usable, (values) => {
        const image = { kind: values.image === digest ? "bundle" : "registry", reference: values.image };
        expect(read(values)).toEqual({ ...values, image });
      }),
    );
  });
});

describe("a further host is a schema and nothing else", () => {
  const far = z
    .strictObject({
      region: choice(["gru", "iad"], "gru", "Where."),
      size: choice(["1x", "2x"], "1x", "How large."),
      disk: field(z.boolean().optional(), { about: "Keeps files.", expected: "true or false" }),
    })
    .refine(({ region, disk }) => region !== "iad" || disk !== true, "no disk in region iad");
  const both = { hosts: { ...hosts, far: { config: far } }, stores };
  const readBoth = (fleet: Values): StackConfig => {
    const values = given({ ...least, fleets: { main: fleet } });
    return parseStackConfig(values, PROJECT, {
      stack: "trial",
      ...both,
      isSecret: (key) => key.endsWith(":secrets"),
    });
  };

  test.each<[fleet: Values, problem: string]>([
    [{ host: "fat" }, 'fleets.main.host: expected one of local, far, got "fat"; the nearest is far'],
    [
      { host: "local", disk: true },
      "fleets.main.disk: expected a known key, got an unknown one; the nearest is host",
    ],
    [{ host: "far", disk: 1 }, "fleets.main.disk: expected true or false, got 1"],
    [
      { host: "far", region: "iad", disk: true },
      "fleets.main: expected no disk in region iad, got another combination",
    ],
  ])("%j", (fleet, problem) => {
    expect(() => readBoth(fleet)).toThrow(problem);
  });

  test("its fields are read, described and checked by editors", () => {
    const fleet = { host: "far", region: "iad", size: "2x", share: 100 };
    expect(readBoth(fleet).fleets).toEqual({ main: fleet });
    expect(stackConfigPage(both)).toContain("\n| `disk` | Keeps files. | true or false | unset |  |\n");
    const accepts = new Ajv({ allowUnionTypes: true }).compile(stackConfigSchema(both));
    const config = { [`${PROJECT}:image`]: "./worker", [`${PROJECT}:store`]: "local" };
    expect(accepts({ config: { ...config, [`${PROJECT}:fleets`]: { main: fleet } } })).toBe(true);
  });
});

describe("what is generated", () => {
  const kinds = { hosts: everyHost, stores: everyStore };
  const accepts = new Ajv({ allowUnionTypes: true }).compile(stackConfigSchema(kinds));
  const file = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

  /** The values below `config:`, with a secret in place of each encrypted one. */
  function valuesOf(yaml: string): Values {
    const { config } = parse(yaml) as { config: Record<string, unknown> };
    return Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        key.replace(`${PROJECT}:`, ""),
        key === `${PROJECT}:secrets` ? secrets : value,
      ]),
    );
  }

  test("docs/stack-config.md is what the schemas say", () => {
    expect(file("docs/stack-config.md")).toBe(stackConfigPage(kinds));
  });

  test("stacks/stack-config.schema.json is what the schemas say", () => {
    expect(JSON.parse(file("stacks/stack-config.schema.json"))).toEqual(stackConfigSchema(kinds));
  });

  test("the page's example is usable, and says all that is the default", () => {
    const yaml = example(kinds).join("\n");
    expect(accepts(parse(yaml)), JSON.stringify(accepts.errors)).toBe(true);
    expect(read(valuesOf(yaml))).toEqual(read({ ...least, environment: { OPENAI_MODEL: "gpt-4o-mini" } }));
  });

  test("stacks/Pulumi.local.yaml is usable once it has its secrets", () => {
    const yaml = file("stacks/Pulumi.local.yaml");
    expect(accepts(parse(yaml)), JSON.stringify(accepts.errors)).toBe(true);
    expect(read({ ...valuesOf(yaml), secrets })).toEqual(read(least));
  });

  const usable = {
    [`${PROJECT}:image`]: "./worker",
    [`${PROJECT}:store`]: { kind: "local", maxMemoryMb: 512 },
    [`${PROJECT}:fleets`]: { main: { host: "local", share: 100 } },
    [`${PROJECT}:secrets`]: { OPENAI_API_KEY: { secure: "v1:x" }, OTHER: { secure: "v1:y" } },
    "aws:region": "sa-east-1",
  };

  test("an editor accepts what Pulumi adds", () => {
    expect(accepts({ encryptionsalt: "v1:x", config: usable }), JSON.stringify(accepts.errors)).toBe(true);
  });

  test.each<[key: string, value: unknown]>([
    ["image", undefined],
    ["image", "worker"],
    ["store", "memcached"],
    ["store", { kind: "local", persistance: "none" }],
    ["fleets", { Main: { host: "local" } }],
    ["fleets", { main: { host: "heroku" } }],
    ["fleets", { main: { host: "local", share: "100" } }],
    ["fleets", { main: { host: "local", sise: "small" } }],
    ["production", "yes"],
    ["environment", { PORT: 1 }],
    ["environment", { OPENAI_API_KEY: "x" }],
    ["environment", { model: "x" }],
    ["secrets", { OPENAI_API_KEY: "sk-in-clear" }],
    ["secrets", { OTHER: "in clear" }],
    ["secrets", { REDIS_URL: { secure: "v1:x" } }],
    ["fleet", {}],
  ])("an editor refuses %s: %j", (key, value) => {
    const config: Values = { ...usable, [`${PROJECT}:${key}`]: value };
    expect(accepts(JSON.parse(JSON.stringify({ config })))).toBe(false);
  });
});
