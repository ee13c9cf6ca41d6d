import type { z } from "zod";
import { fleetFields, storeFields, topFields } from "../config.ts";
import { docOf, field } from "../stack-config/field.ts";
import { fieldsOf } from "../stack-config/section.ts";
import { anySecret, plainSetting, requiredSecrets, secretCommand } from "../stack-config/settings.ts";
import { hosts as everyHost } from "../hosts.ts";
import { stores as everyStore } from "../stores.ts";
import { DEPLOYMENT_SETTINGS } from "../workload.ts";
import { PROJECT, type DescribedKinds } from "./stack-config-schema.ts";

type Fields = Readonly<Record<string, z.ZodType>>;

/** `docs/stack-config.md`, from the schemas. Run directly, this module prints it. */
export function stackConfigPage({ hosts, stores }: DescribedKinds): string {
  return [
    "# Stack config",
    "",
    "A stack is described by `stacks/Pulumi.<stack>.yaml`, and by nothing else. It is read as a whole before anything is",
    "deployed; an unknown key is refused, and every problem is reported at once, never with a secret's value. The first",
    "line of `stacks/Pulumi.local.yaml` lets an editor check the file while it is written.",
    "",
    "This page and what editors check are generated: `node infra/dev/stack-config-page.ts > docs/stack-config.md` and",
    "`node infra/dev/stack-config-schema.ts > stacks/stack-config.schema.json`.",
    "",
    "## Keys",
    "",
    `Under \`config:\`, each with \`${PROJECT}:\` before it. Keys with another name before them are for other programs and not read.`,
    "",
    ...table(topFields),
    ...Object.keys(stores).flatMap((kind) =>
      ["", `## store: ${kind}`, ""].concat(table(fieldsOf(storeFields(stores), kind))),
    ),
    ...Object.keys(hosts).flatMap((host) =>
      ["", `## fleets: on host ${host}`, ""].concat(table(fieldsOf(fleetFields(hosts), host))),
    ),
    "",
    "## environment",
    "",
    ...table({ "<NAME>": field(plainSetting.optional(), docOf(plainSetting)) }),
    "",
    "The deployment makes these itself and refuses them here:",
    "",
    "| name | made |",
    "| --- | --- |",
    ...Object.entries(DEPLOYMENT_SETTINGS).map(([name, made]) => `| \`${name}\` | ${made} |`),
    "",
    "## secrets",
    "",
    `Set with \`${secretCommand("<stack>", "<NAME>")}\`, which encrypts; a secret in clear is refused.`,
    "",
    ...table({ ...requiredSecrets, "<NAME>": field(anySecret.optional(), docOf(anySecret)) }),
    "",
    "## Example",
    "",
    "```yaml",
    ...example({ hosts, stores }),
    "```",
    "",
  ].join("\n");
}

/** What a stack begins without. */
type Later = "budget" | "usage";

/** A complete stack, on the first host and store. */
export function example({ hosts, stores }: DescribedKinds): string[] {
  const [host = ""] = Object.keys(hosts);
  const [store = ""] = Object.keys(stores);
  const inside: Readonly<Record<Exclude<keyof typeof topFields, Later>, readonly string[]>> = {
    image: [],
    store: lines(fieldsOf(storeFields(stores), store)),
    fleets: ["main:", ...indented(lines(fieldsOf(fleetFields(hosts), host)))],
    production: [],
    environment: lines({ OPENAI_MODEL: plainSetting }),
    secrets: Object.entries(requiredSecrets).flatMap(([name, schema]) => [
      `# ${docOf(schema).about}`,
      `${name}:`,
      "  secure: v1:…",
    ]),
  };
  const keys = Object.entries(inside).flatMap(([key, within]) => {
    const schema = topFields[key as keyof typeof topFields];
    if (within.length === 0) return lines({ [`${PROJECT}:${key}`]: schema });
    return [`# ${docOf(schema).about}`, `${PROJECT}:${key}:`].concat(indented(within));
  });
  return ["# yaml-language-server: $schema=stack-config.schema.json", "config:", ...indented(keys)];
}

function lines(fields: Fields): string[] {
  return Object.entries(fields).flatMap(([key, schema]) => {
    const { about, example: value, default: otherwise } = docOf(schema);
    return [`# ${about}`, `${key}: ${value ?? otherwise}`];
  });
}

function indented(texts: readonly string[]): string[] {
  return texts.map((text) => `  ${text}`);
}

function table(fields: Fields): string[] {
  return [
    "| key | what | value | default | example |",
    "| --- | --- | --- | --- | --- |",
    ...Object.entries(fields).map(([key, schema]) => {
      const { about, expected, example: given, default: otherwise } = docOf(schema);
      const required = schema.safeParse(undefined).success ? "unset" : "required";
      const unset = otherwise === undefined ? required : code(otherwise);
      return `| ${code(key)} | ${about} | ${escaped(expected)} | ${unset} | ${given === undefined ? "" : code(given)} |`;
    }),
  ];
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Markdown would take <digest> for HTML. */
function escaped(text: string): string {
  return text.replaceAll("<", "\\<");
}

if (import.meta.main) process.stdout.write(stackConfigPage({ hosts: everyHost, stores: everyStore }));
