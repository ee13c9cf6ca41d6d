import fc from "fast-check";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { examples } from "./examples.ts";
import { withExample } from "./with-example.ts";

const EXAMPLE = `# yaml-language-server: $schema=../stack-config.schema.json
#
# An example.
config:
  # The sources.
  oxy-workers:image: ./worker
  # Near.
  oxy-workers:store:
    kind: upstash # at Upstash
    region: sa-east-1
  oxy-workers:fleets:
    main:
      host: fly
`;

test("a stack without a file gets one, with the example's reasons and a line for editors", () => {
  expect(withExample(undefined, EXAMPLE, "oxy-workers"))
    .toBe(`# yaml-language-server: $schema=stack-config.schema.json
config:
  # The sources.
  oxy-workers:image: ./worker
  # Near.
  oxy-workers:store:
    kind: upstash # at Upstash
    region: sa-east-1
  oxy-workers:fleets:
    main:
      host: fly
`);
});

test("what is the stack's own stays, with its comments, and where it was", () => {
  const file = `# Ours.
encryptionsalt: v1:salt
config:
  # Pinned on Friday.
  oxy-workers:image: ghcr.io/acme/worker:1
  # On this machine.
  oxy-workers:store: local
  oxy-workers:secrets:
    # Of the shop's account.
    OPENAI_API_KEY:
      secure: v1:abc
  oxy-workers:production: true
  oxy-workers:environment:
    OPENAI_MODEL: gpt-4o-mini
  oxy-workers:fleets:
    old:
      host: local
  aws:region: sa-east-1 # of another program
`;
  expect(withExample(file, EXAMPLE, "oxy-workers")).toBe(`# Ours.
encryptionsalt: v1:salt
config:
  # Pinned on Friday.
  oxy-workers:image: ghcr.io/acme/worker:1
  # Near.
  oxy-workers:store:
    kind: upstash # at Upstash
    region: sa-east-1
  oxy-workers:secrets:
    # Of the shop's account.
    OPENAI_API_KEY:
      secure: v1:abc
  oxy-workers:production: true
  oxy-workers:environment:
    OPENAI_MODEL: gpt-4o-mini
  oxy-workers:fleets:
    main:
      host: fly
  aws:region: sa-east-1 # of another program
`);
});

test("an environment of the example's takes the place of the stack's", () => {
  const example = `${EXAMPLE}  oxy-workers:environment:\n    LOG_LEVEL: debug\n`;
  const file = "config:\n  oxy-workers:environment:\n    OPENAI_MODEL: gpt-4o-mini\n";
  expect(configOf(withExample(file, example, "oxy-workers"))["oxy-workers:environment"]).toEqual({
    LOG_LEVEL: "debug",
  });
});

test("its keys are those of the project", () => {
  expect(Object.keys(configOf(withExample(undefined, EXAMPLE, "shop")))).toEqual([
    "shop:image",
    "shop:store",
    "shop:fleets",
  ]);
});

test.each(["", "# only a comment\n", "encryptionsalt: v1:salt\n", "config:\n", "config: {}\n"])(
  "a file that says nothing of a config is begun: %j",
  (file) => {
    const written = withExample(file, EXAMPLE, "oxy-workers");
    expect(configOf(written)).toEqual(configOf(EXAMPLE));
    for (const line of file.split("\n").filter((one) => /^(#|encryptionsalt)/.test(one)))
      expect(written).toContain(line);
  },
);

test.each(["config: [", "config: text\n", "- a\n- list\n", "config: [1]\n"])(
  "a file that is none of a stack is refused: %j",
  (file) => {
    expect(() => withExample(file, EXAMPLE, "oxy-workers")).toThrow(
      /^expected a stack's file with keys under config, got /,
    );
  },
);

test("a second time changes nothing, whatever the stack has", async () => {
  const all = await examples();
  const values = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.string()),
  );
  const keys = fc.stringMatching(/^(oxy-workers|aws):[a-z]{1,8}$/);
  const files = fc.record({
    encryptionsalt: fc.string(),
    config: fc.dictionary(keys, values, { noNullPrototype: true }),
  });
  fc.assert(
    fc.property(files, fc.constantFrom(...all), (file, { text }) => {
      const once = withExample(stringify(file), text, "oxy-workers");
      expect(withExample(once, text, "oxy-workers")).toBe(once);
      const wanted = configOf(text);
      const kept = { ...wanted, ...file.config };
      for (const key of ["oxy-workers:store", "oxy-workers:fleets"]) kept[key] = wanted[key];
      expect(parse(once)).toEqual({ encryptionsalt: file.encryptionsalt, config: kept });
    }),
  );
});

function configOf(text: string): Record<string, unknown> {
  return (parse(text) as { config: Record<string, unknown> }).config;
}
