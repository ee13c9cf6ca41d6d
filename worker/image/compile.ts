import { globSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type BuildFailure, type BuildResult, type Plugin } from "esbuild";
import type { BundleFiles } from "./bundle-store.ts";
import { SourceError } from "./source-error.ts";
import { thirdPartyLicenses } from "./third-party.ts";

/** A bundle, and every file that had a part in it. */
export interface Compiled {
  readonly files: BundleFiles;
  readonly inputs: readonly string[];
}

const project = fileURLToPath(new URL("../..", import.meta.url));
export const BUILD_TARGET = "node24";
const OPTIONS = {
  // Names in chunks come from paths relative to it: the bundle does not know where it was built.
  absWorkingDir: project,
  preserveSymlinks: true,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: BUILD_TARGET,
  // Identifiers stay: errors are told apart by the names of their classes, and stack traces stay readable without
  // source maps, which would be as large as all the rest.
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  legalComments: "none",
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  outdir: "bundle",
  outExtension: { ".js": ".mjs" },
  write: false,
  metafile: true,
  logLevel: "silent",
  // CommonJS has them, modules do not.
  banner: {
    js: [
      'import{createRequire as $createRequire}from"node:module";',
      "const require=$createRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;",
    ].join(""),
  },
} as const;

/** esbuild's helper behind `keepNames`. Of twelve thousand functions most have their name already: 20 ms of a start. */
const NAMING = '=(target,value)=>__defProp(target,"name",';
const NAMING_ONLY_WHAT_CHANGED = '=(target,value)=>target.name===value?target:__defProp(target,"name",';

/**
 * esbuild leaves them in regular expressions alone. With a single one of them V8 keeps the whole text of a file in two bytes a
 * character: 6 MB of a process.
 */
const BEYOND_LATIN1 = /[^\0-\xff]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * Each is asked for, and done without where it is missing: other databases than ours, pictures and link previews that
 * we do not send, and what depends on the machine or on what else is installed there, so that the bundle does not.
 */
const LEFT_OUT = [
  "@valkey/valkey-glide",
  "audio-decode",
  "bufferutil",
  "bullmq-otel",
  "jimp",
  "link-preview-js",
  "msgpackr-extract",
  "pg",
  "redis",
  "sharp",
  "supports-color",
  "utf-8-validate",
];

/**
 * All that `node main.mjs` needs besides Node 24, the same on every machine for the same sources and lock file.
 * @throws SourceError
 */
export async function compile(): Promise<Compiled> {
  const { outputFiles, metafile } = await bundled();
  const inputs = Object.keys(metafile.inputs).map((input) => join(project, input));
  const read = async (path: string): Promise<Uint8Array> => {
    inputs.push(path);
    return await readFile(path);
  };
  const files = new Map<string, Uint8Array>();
  for (const { path, text } of outputFiles) {
    files.set(
      relative(join(project, "bundle"), path),
      Buffer.from(text.replace(NAMING, NAMING_ONLY_WHAT_CHANGED).replaceAll(BEYOND_LATIN1, escaped)),
    );
  }
  for (const file of ["LICENSE", "NOTICE.md"]) files.set(file, await read(join(project, file)));
  for (const file of globSync("**/*.lua", {
    cwd: join(project, "worker"),
    exclude: ["dev", "node_modules"],
  })) {
    files.set(file, await read(join(project, "worker", file)));
  }
  // Bull Board asks Node where its pages are, so they keep their place in node_modules.
  const ui = packageDirectory("@bull-board/ui");
  for (const file of globSync(["package.json", "dist/**/*"], { cwd: ui, exclude: ["**/*.map"] })) {
    if (/[.]\w+$/.test(file)) files.set(`node_modules/@bull-board/ui/${file}`, await read(join(ui, file)));
  }
  files.set(
    "THIRD-PARTY-LICENSES.txt",
    Buffer.from(await thirdPartyLicenses(inputs.filter((input) => input.includes("node_modules")))),
  );
  const bundler = globSync("*.ts", { cwd: import.meta.dirname }).map((file) =>
    join(import.meta.dirname, file),
  );
  return { files, inputs: [...inputs, ...bundler, join(project, "package-lock.json")] };
}

async function bundled(): Promise<BuildResult<typeof OPTIONS>> {
  try {
    return await build({
      ...OPTIONS,
      // Entries of their own get chunks of their own: libsignal is GPL-3.0, and NOTICE.md says where it is.
      entryPoints: {
        main: "worker/main.ts",
        baileys: "@whiskeysockets/baileys",
        libsignal: "libsignal",
      },
      external: LEFT_OUT,
      plugins: [filesBesideSources],
    });
  } catch (error) {
    const [first] = (error as Partial<BuildFailure>).errors ?? [];
    if (first === undefined) throw error;
    const { location, text } = first;
    const where = location === null ? "" : `${location.file}:${location.line}:${location.column + 1}: `;
    throw new SourceError(`${where}${text}`, { cause: error });
  }
}

/** All chunks lie in one folder; a module finds a file beside it where that file lies in the bundle. */
const filesBesideSources: Plugin = {
  name: "files-beside-sources",
  setup: ({ onLoad }) => {
    onLoad({ filter: /[.]ts$/ }, ({ path }) => {
      const source = relative(join(project, "worker"), path);
      const contents = readFileSync(path, "utf8").replaceAll(
        /\bimport[.]meta[.]url\b/g,
        `new URL(${JSON.stringify(source)}, import.meta.url).href`,
      );
      return { contents, loader: "ts" };
    });
  },
};

function packageDirectory(name: string): string {
  return dirname(createRequire(join(project, "worker/package.json")).resolve(`${name}/package.json`));
}
