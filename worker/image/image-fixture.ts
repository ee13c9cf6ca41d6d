import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

/** What a registry would know of the image. */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
  readonly StopSignal: string;
  readonly ExposedPorts: Readonly<Record<string, unknown>>;
  readonly Healthcheck: { readonly Test: readonly string[] };
}

const READ_ONLY =
  'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec chroot --userspec="$1" "$0" "${@:2}"';
const WRITABLE = 'exec chroot --userspec="$1" "$0" "${@:2}"';

/** Whether this process may mount something for its children alone. */
export const canMount =
  spawnSync("unshare", ["--mount", "mount", "--bind", "/", "/"], { stdio: "ignore" }).status === 0;

/** An image of buildah's, run as a container would be: its root, user and environment; the network of this machine. */
export class RunnableImage {
  readonly config: ImageConfig;
  readonly root: string;
  readonly #id: string;
  readonly #container: string;
  readonly #launchers = mkdtempSync(join(tmpdir(), "image-"));

  constructor(id: string) {
    this.#id = id;
    this.#container = buildah("from", "--pull-never", id);
    this.root = buildah("mount", this.#container);
    const { Docker } = JSON.parse(buildah("inspect", this.#container)) as { Docker: { config: ImageConfig } };
    this.config = Docker.config;
  }

  /** Paths of all files, without the first slash. */
  get files(): string[] {
    return readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(this.root, join(entry.parentPath, entry.name)));
  }

  get environment(): Record<string, string> {
    return Object.fromEntries(
      this.config.Env.map((entry) => [
        entry.slice(0, entry.indexOf("=")),
        entry.slice(entry.indexOf("=") + 1),
      ]),
    );
  }

  /** Runs a command in the image to its end. */
  run(command: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const [program = "", ...args] = this.#argv(command);
    return spawnSync(program, args, {
      env: { ...this.environment, ...environment },
      encoding: "utf8",
    });
  }

  /** A file for `node` that becomes the image's own process. */
  launcher(): string {
    const file = join(this.#launchers, "launcher.mjs");
    const [program = "", ...args] = this.#argv(this.config.Entrypoint);
    const environment = `{ ...${JSON.stringify(this.environment)}, ...process.env }`;
    const argv = JSON.stringify([program, ...args]);
    writeFileSync(file, `process.execve(${JSON.stringify(program)}, ${argv}, ${environment});\n`);
    return file;
  }

  remove(): void {
    buildah("rm", this.#container);
    buildah("rmi", this.#id);
    rmSync(this.#launchers, { recursive: true });
  }

  #argv(command: readonly string[]): string[] {
    const script = canMount ? READ_ONLY : WRITABLE;
    const shell = ["/bin/bash", "-c", script, this.root, this.config.User, ...command];
    return canMount ? ["/usr/bin/unshare", "--mount", ...shell] : shell;
  }
}

function buildah(...args: string[]): string {
  return execFileSync("buildah", args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 }).trim();
}
