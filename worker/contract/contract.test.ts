import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { contractPages } from "../dev/contract-pages.ts";
import { calls, type CallName } from "./calls.ts";
import { readAs, readCall } from "./reading.ts";
import { Refused } from "./refused.ts";
import { CALL_ROUTES, parametersOf, READ_ROUTES } from "./routes.ts";

const run = promisify(execFile);
const WORKER = fileURLToPath(new URL("..", import.meta.url));
const PAGES = new URL("../../docs/contract/", import.meta.url);

test("the schemas that are published are those that check what comes", async () => {
  const pages = contractPages();
  expect((await readdir(PAGES)).toSorted()).toEqual([...pages.keys()].toSorted());
  for (const [name, page] of pages)
    expect(
      await readFile(new URL(name, PAGES), "utf8"),
      "node worker/dev/contract-pages.ts writes them",
    ).toBe(page);
});

test("every call can be made by HTTP", () => {
  expect(new Set(CALL_ROUTES.map(({ call }) => call))).toEqual(new Set(Object.keys(calls)));
});

test.each(["@oxy/worker/contract", "@oxy/worker/contract/producer"])(
  "who imports %s loads neither Baileys nor openai, and starts no worker",
  async (specifier) => {
    const script = `
      import { registerHooks } from "node:module";
      const loaded = [];
      registerHooks({ resolve: (specifier, context, next) => {
        const found = next(specifier, context);
        loaded.push(found.url);
        return found;
      } });
      await import(${JSON.stringify(specifier)});
      console.log(JSON.stringify(loaded));
    `;
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: WORKER,
    });
    const loaded = JSON.parse(stdout) as string[];
    expect(loaded.length).toBeGreaterThan(5);
    const unwanted =
      /baileys|libsignal|node_modules\/openai|fastify|bull-board|worker\/(main|worker|owner|platform)\.ts/;
    expect(loaded.filter((url) => unwanted.test(url))).toEqual([]);
  },
);

test("of many things that are wrong, the first are told", () => {
  const audience = Array.from({ length: 1_000 }, () => ({ telefone: [] }));
  const call = { organization: "ana", id: "c", name: "C", template: "Oi", audience };
  const told = (): string[] => {
    try {
      readCall("campaign.create", call as never);
      return [];
    } catch (error) {
      return String(error).split("\n");
    }
  };
  expect(told()).toHaveLength(21);
  expect(told().at(-1)).toBe("campaign.create: and 980 more");
});

describe("versions", () => {
  const moved = {
    about: "",
    version: 3,
    schema: z.strictObject({ organization: z.string(), text: z.string(), mood: z.enum(["calm", "loud"]) }),
    upgrades: [
      ({ message, ...rest }: Record<string, unknown>) => ({ ...rest, text: message }),
      (older: Record<string, unknown>) => ({ mood: "calm", ...older }),
    ],
  };

  test("an older call is brought to the current version, step by step", () => {
    const current = { organization: "ana", text: "oi", mood: "calm" };
    expect(readAs("x", moved, { organization: "ana", message: "oi" }, 1)).toEqual(current);
    expect(readAs("x", moved, { organization: "ana", text: "oi" }, 2)).toEqual(current);
    expect(readAs("x", moved, { ...current, mood: "loud" }, 3)).toEqual({ ...current, mood: "loud" });
  });

  test("a newer one is refused with what to do about it", () => {
    expect(() => readAs("x", moved, {}, 4)).toThrow(
      "x: expected version 3 or older, got 4: the workers are older than who calls; deploy them first",
    );
  });

  test.each([0, -1, 1.5, Number.NaN])("%s is no version", (version) => {
    expect(() => readAs("x", moved, {}, version)).toThrow("expected a version from 1 to 3");
  });

  test.each([undefined, null, "oi", [], 7])("%s is no call, whatever its version", (call) => {
    for (const version of [1, 2, 3]) expect(() => readAs("x", moved, call, version)).toThrow(Refused);
  });
});

describe("docs/producers.md", () => {
  const page = readFileSync(new URL("../../docs/producers.md", import.meta.url), "utf8");
  const curls = [...page.matchAll(/^curl [^]*?(?<!\\)$/gm)].map(([curl]) => curl.replaceAll("\\\n", " "));

  test.each(curls)("%s is a call that can be made", (curl) => {
    const method = /-X (\w+)/.exec(curl)?.[1] ?? "GET";
    const path = /"\$OXY\/api\/v1\/organizations\/[\w-]+([^"]*)"/.exec(curl)?.[1] ?? "none";
    const pattern = (route: string): RegExp => new RegExp(`^${route.replaceAll(/:\w+/g, "[^/]+")}$`);
    const read = method === "GET" && READ_ROUTES.some((route) => pattern(route.path).test(path));
    const route = CALL_ROUTES.find((each) => each.method === method && pattern(each.path).test(path));
    expect(read || route !== undefined).toBe(true);
    if (route === undefined) return;
    const body = JSON.parse(/(?:-d |definition=)'?(\{.*?\})'/.exec(curl)?.[1] ?? "{}") as object;
    const names = parametersOf(route.path);
    const values = pattern(route.path.replaceAll(/:\w+/g, "([^/]+)")).exec(path)?.slice(1) ?? [];
    const params = Object.fromEntries(
      names.map((name, index) => [name, name === "contact" ? { number: values[index] } : values[index]]),
    );
    const key = /Idempotency-Key: ([\w-]+)/.exec(curl)?.[1];
    const call = {
      organization: "loja-da-ana",
      ...(key === undefined ? {} : { [route.key!]: key }),
      ...(curl.includes("-F audience") ? { audience: [] } : {}),
      ...body,
      ...params,
    };
    expect(() => readCall(route.call, call as never)).not.toThrow();
  });

  test("it has every call with its version", () => {
    for (const [name, { version }] of Object.entries(calls))
      expect(page).toMatch(new RegExp(`\\| [^|]*\`${name}\`[^|]*\\|[^|]*\\| ${version} \\|`));
    expect(curls.length).toBeGreaterThan(8);
  });
});

test.each(Object.keys(calls) as CallName[])(
  "a reason why %s is refused names places, and not what stands there",
  (name) => {
    const secret = "o segredo do cliente";
    const call = {
      organization: secret,
      to: secret,
      text: 7,
      id: secret,
      contact: { number: secret },
      name: 9,
    };
    expect(() => readCall(name, call as never)).toThrow(/^(?![^]*segredo)[^]*organization: expected 1 to 64/);
  },
);
