import { globSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cruise } from "dependency-cruiser";
import type { ICruiseResult } from "dependency-cruiser";
import extractConfig from "dependency-cruiser/config-utl/extract-depcruise-config";
import { describe, expect, test } from "vitest";

const MAX_LINES = 300;
const project = fileURLToPath(new URL("..", import.meta.url));
const { options, ...ruleSet } = await extractConfig(join(project, ".dependency-cruiser.mjs"));
const isTest = (file: string): boolean => /([.]test|-fixture)[.]ts$/.test(file);

/** Rules about single files: whether one breaks it. */
const fileRules: Readonly<Record<string, (file: string, text: string) => boolean>> = {
  "no-barrels": (file, text) => basename(file) === "index.ts" && onlyReexports(text),
  "names-say-what": (file) => /^(utils?|common|helpers?)[.]/.test(basename(file)),
  "short-files": (file, text) => !isTest(file) && text.trimEnd().split("\n").length > MAX_LINES,
  "environment-read-once": (file, text) =>
    !isTest(file) &&
    !["worker/config.ts", "infra/home.ts"].includes(file) &&
    !/^(bench|worker\/dev|infra\/(cli|dev))\//.test(file) &&
    /\bprocess\s*[.]\s*env\b|\benv\b.*\bfrom "(node:)?process"/.test(text),
};

test("this project keeps its rules", async () => {
  expect(await violations(project)).toEqual([]);
});

describe("a rule broken is a rule reported", () => {
  const empty = "export const one = 1;\n";
  const type = 'import type { One } from "../../adapters/redis/connect.ts";\nexport type Two = One;\n';
  const adapters = {
    "worker/adapters/redis/connect.ts": "export type One = 1;\n",
    "worker/adapters/openai/answer.ts": empty,
  };
  const reads = "export const port = process.env.PORT;\n";

  test.each<[rule: string, offender: string, files: Record<string, string>]>([
    [
      "infra-knows-no-worker",
      "infra/deploy.ts",
      {
        "infra/deploy.ts": 'export { one } from "../worker/config.ts";\nexport const two = 2;\n',
        "worker/config.ts": empty,
      },
    ],
    [
      "worker-knows-no-infra",
      "worker/main.ts",
      {
        "worker/main.ts": 'import { one } from "../infra/plan.ts";\nconsole.log(one);\n',
        "infra/plan.ts": empty,
      },
    ],
    [
      "plans-are-pure-data",
      "infra/hosts/moon/plan.ts",
      {
        "infra/hosts/moon/plan.ts": 'import { request } from "undici";\nconsole.log(request);\n',
        "infra/hosts/moon/config.ts": 'import { z } from "zod";\nexport const config = z;\n',
        "infra/hosts/moon/pulumi.ts": 'import { all } from "@pulumi/pulumi";\nexport const made = all;\n',
        "infra/stores/moon/plan.ts": 'import { one } from "./config.ts";\nexport const two = one;\n',
        "infra/stores/moon/config.ts": empty,
        "infra/plan.ts": 'import type { One } from "./host.ts";\nexport type Two = One;\n',
        "infra/host.ts": "export type One = 1;\n",
      },
    ],
    [
      "plans-are-pure-data",
      "infra/plan.ts",
      {
        "infra/plan.ts": 'import { one } from "./hosts/moon/pulumi.ts";\nconsole.log(one);\n',
        "infra/hosts/moon/pulumi.ts": empty,
      },
    ],
    [
      "hosts-know-no-other",
      "infra/hosts/moon/plan.ts",
      {
        "infra/hosts/moon/plan.ts":
          'import { one } from "../mars/plan.ts";\nimport { two } from "./size.ts";\nconsole.log(one, two);\n',
        "infra/hosts/moon/size.ts": "export const two = 2;\n",
        "infra/hosts/mars/plan.ts": empty,
      },
    ],
    [
      "hosts-know-no-other",
      "infra/stores/moon/plan.ts",
      {
        "infra/stores/moon/plan.ts": 'import { one } from "../mars/plan.ts";\nconsole.log(one);\n',
        "infra/stores/mars/plan.ts": empty,
      },
    ],
    [
      "clouds-behind-their-host",
      "infra/hosts/moon/operations.ts",
      {
        "infra/hosts/moon/operations.ts": 'import { ecs } from "@pulumi/aws";\nconsole.log(ecs);\n',
        "infra/hosts/moon/pulumi.ts": 'import { ecs } from "@pulumi/aws";\nexport const made = ecs;\n',
        "infra/deploy.ts": 'import { all } from "@pulumi/pulumi";\nexport const made = all;\n',
      },
    ],
    [
      "cdktf-resource-by-resource",
      "infra/hosts/moon/cdktf.ts",
      {
        "infra/hosts/moon/cdktf.ts":
          'import { vpc } from "@cdktf/provider-aws";\nimport { Eip } from "@cdktf/provider-aws/lib/eip/index.js";\nconsole.log(vpc, Eip);\n',
        "infra/aws/cdktf-graph.ts":
          'import { TerraformStack } from "cdktf";\nexport const made = TerraformStack;\n',
      },
    ],
    [
      "provider-knows-no-program",
      "infra/provider/moon.ts",
      {
        "infra/provider/moon.ts":
          'import { one } from "../hosts/moon/plan.ts";\nimport { home } from "../home.ts";\nconsole.log(one, home);\n',
        "infra/provider/moon.test.ts": 'import { one } from "../hosts/moon/plan.ts";\nconsole.log(one);\n',
        "infra/hosts/moon/plan.ts": empty,
        "infra/home.ts": "export const home = 1;\n",
      },
    ],
    [
      "supervisor-stands-alone",
      "infra/supervisor/main.ts",
      {
        "infra/supervisor/main.ts":
          'import { one } from "../home.ts";\nimport { two } from "./log.ts";\nconsole.log(one, two);\n',
        "infra/supervisor/log.ts": "export const two = 2;\n",
        "infra/home.ts": empty,
      },
    ],
    [
      "nobody-knows-the-cli",
      "infra/provider/moon.ts",
      {
        "infra/provider/moon.ts": 'import { one } from "../cli/up.ts";\nconsole.log(one);\n',
        "infra/cli/main.ts": 'import { one } from "./up.ts";\nconsole.log(one);\n',
        "infra/cli/up.ts": empty,
      },
    ],
    [
      "jobs-know-no-adapters",
      "worker/jobs/message/handler.ts",
      { ...adapters, "worker/jobs/message/handler.ts": type },
    ],
    [
      "conversation-knows-redis-only",
      "worker/conversation/turn.ts",
      {
        ...adapters,
        "worker/conversation/turn.ts":
          'import { one } from "../adapters/openai/answer.ts";\nconsole.log(one);\n',
        "worker/conversation/record.ts":
          'import type { One } from "../adapters/redis/connect.ts";\nexport type T = One;\n',
      },
    ],
    [
      "product-knows-no-dev",
      "worker/main.ts",
      {
        "worker/main.ts": 'const { one } = await import("./dev/simulator.ts");\nconsole.log(one);\n',
        "worker/main.test.ts": 'import { one } from "./dev/simulator.ts";\nconsole.log(one);\n',
        "worker/dev/simulator.ts": empty,
        "bench/start.ts": 'import { one } from "../worker/dev/simulator.ts";\nconsole.log(one);\n',
      },
    ],
    [
      "product-knows-no-dev",
      "infra/config.ts",
      {
        "infra/config.ts": 'import { one } from "./dev/page.ts";\nconsole.log(one);\n',
        "infra/dev/page.ts": empty,
      },
    ],
    [
      "no-cycles",
      "worker/[ab].ts",
      {
        "worker/a.ts": 'import { b } from "./b.ts";\nexport const a = (): unknown => b;\n',
        "worker/b.ts": 'import { a } from "./a.ts";\nexport const b = (): unknown => a;\n',
        "worker/c.ts": 'import type { D } from "./d.ts";\nexport type C = D;\n',
        "worker/d.ts": 'import type { C } from "./c.ts";\nexport type D = C[];\n',
      },
    ],
    [
      "whatsapp-libraries-behind-their-port",
      "worker/sessions/session.ts",
      {
        "worker/sessions/session.ts":
          'import type { WASocket } from "@whiskeysockets/baileys";\nexport type S = WASocket;\n',
        "worker/adapters/baileys/socket.ts":
          'import type { WASocket } from "@whiskeysockets/baileys";\nexport type S = WASocket;\n',
      },
    ],
    [
      "no-barrels",
      "worker/jobs/index.ts",
      {
        "worker/jobs/index.ts":
          '// All jobs.\nexport * from "./message.ts";\nexport { one as two } from "./message.ts";\n',
        "worker/jobs/message.ts": empty,
        "infra/index.ts": 'import { one } from "./plan.ts";\nexport const outputs = one;\n',
        "infra/plan.ts": empty,
      },
    ],
    ["names-say-what", "infra/utils.ts", { "infra/utils.ts": empty }],
    [
      "short-files",
      "worker/long.ts",
      {
        "worker/long.ts": "// line\n".repeat(MAX_LINES + 1),
        "worker/fits.ts": "// line\n".repeat(MAX_LINES),
        "worker/long.test.ts": "// line\n".repeat(MAX_LINES + 1),
      },
    ],
    [
      "environment-read-once",
      "worker/main.ts",
      {
        "worker/main.ts": reads,
        "worker/config.ts": reads,
        "worker/dev/start.ts": reads,
        "infra/cli/oxy.mjs": reads,
        "infra/home.ts": reads,
        "bench/start.ts": reads,
        "worker/main.test.ts": reads,
      },
    ],
  ])("%s", async (rule, offender, files) => {
    const root = await mkdtemp(join(tmpdir(), "architecture-"));
    try {
      await Promise.all(Object.entries(files).map(([file, text]) => write(join(root, file), text)));
      const found = await violations(root);
      expect(found).toContainEqual(expect.stringMatching(`^${rule}: ${offender}( -> |$)`));
      // Whatever else the tree holds shows what is allowed.
      expect(found).toHaveLength(1);
    } finally {
      await rm(root, { recursive: true });
    }
  });
});

/** `rule: file` for each file that breaks a rule, `rule: file -> file` for an import that does. */
async function violations(root: string): Promise<string[]> {
  const files = globSync("{bench,worker,infra}/**/*.{ts,mjs,lua}", {
    cwd: root,
    exclude: ["**/node_modules"],
  });
  const about = files.flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return Object.entries(fileRules).flatMap(([rule, breaks]) =>
      breaks(file, text) ? [`${rule}: ${file}`] : [],
    );
  });
  const { output } = await cruise(
    files.filter((file) => !file.endsWith(".lua")),
    { ...options, ruleSet, validate: true, baseDir: root },
  );
  const imports = (output as ICruiseResult).summary.violations;
  return [...about, ...imports.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)].toSorted();
}

function onlyReexports(text: string): boolean {
  const code = text.replace(/\/\*[^]*?\*\/|\/\/.*$/gm, "").trim();
  return (
    code !== "" &&
    code.replace(/export\s+(type\s+)?(\*(\s+as\s+\w+)?|\{[^}]*\})\s+from\s+"[^"]+";?/g, "").trim() === ""
  );
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
