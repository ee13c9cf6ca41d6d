import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A bundler whose bundle is this program. */
export function bundlerOf(program: string): string {
  return `
    import { mkdirSync, writeFileSync } from "node:fs";
    const digest = "${"b".repeat(64)}";
    const folder = \`\${process.argv[3]}/\${digest}\`;
    mkdirSync(folder, { recursive: true });
    writeFileSync(\`\${folder}/main.mjs\`, ${JSON.stringify(program)});
    console.log(JSON.stringify({ digest: \`sha256:\${digest}\` }));
  `;
}

/** A folder of sources with this bundler. */
export async function sources(bundler: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "oxy-sources-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "image/bundle.ts");
  await mkdir(dirname(file));
  await writeFile(file, bundler);
  return folder;
}
