// npm start | chat | test | run check | image | simulator | emulators | parity | test:live | bench | queues:test, from a bare clone: installs what the command needs, then runs it under Node 24.
// Runs before anything is installed, hence plain JavaScript for Node 20 without dependencies.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_MAJOR = 24;
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const bin = join(root, "node_modules/.bin");

/** `packages`: the workspaces whose dependencies the command needs, "" being the root's own tools. */
const commands = {
  start: { packages: ["worker"], redis: !process.env.REDIS_URL, run: ["worker/dev/start.ts"] },
  // What it is told lives as long as it runs: REDIS_URL is no use to it.
  chat: { packages: ["worker"], redis: true, run: ["worker/dev/chat.ts"] },
  // Tests stop, freeze and misconfigure servers of their own: REDIS_URL is no use to them.
  test: { packages: ["", "worker", "infra"], redis: true, run: ["node_modules/vitest/vitest.mjs", "run"] },
  check: { packages: ["", "worker", "infra"], redis: false, run: ["worker/dev/check.ts"] },
  image: { packages: ["worker"], redis: false, run: ["worker/image/build.ts"] },
  simulator: { packages: ["worker"], redis: false, run: ["worker/dev/simulator.ts"] },
  // They bundle the worker, too.
  emulators: { packages: ["", "worker", "infra"], redis: true, run: ["infra/emulators/main.ts"] },
  parity: { packages: ["", "worker", "infra"], redis: false, run: ["infra/dev/parity.ts"] },
  "test:live": { packages: ["", "worker", "infra"], redis: true, run: ["infra/dev/live.ts"] },
  bench: { packages: ["", "worker", "infra"], redis: true, run: ["bench/run.ts"] },
  "queues:test": {
    packages: ["", "worker", "infra"],
    redis: !process.env.REDIS_URL,
    run: ["bench/queues-test.ts"],
  },
};

const [name, ...args] = process.argv.slice(2);
const command = commands[name];
if (command === undefined)
  stop(`expected one of ${Object.keys(commands).join(", ")}, got ${name ?? "nothing"}`);
if (!installed(command.packages)) install(command.packages);
const node = nodeBinary();
if (command.redis) ensureRedisServer();
run(node, [...command.run, ...args]);

/** Whether node_modules holds what package-lock.json asks for, by npm's own record of what it installed. */
function installed(packages) {
  const record = join(root, "node_modules/.package-lock.json");
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const found = JSON.parse(readFileSync(record, "utf8")).packages;
  const places = new Set(packages);
  for (const place of places) {
    const entry = wanted[place];
    if (place.includes("node_modules/") && found[place]?.version !== entry.version) return false;
    const development = packages.includes(place) ? entry.devDependencies : {};
    for (const dependency of Object.keys({ ...entry.dependencies, ...development })) {
      const target = resolve(wanted, place, dependency);
      if (target !== undefined && !wanted[target].link) places.add(target);
    }
  }
  return true;
}

/** Where Node would find a dependency: in the nearest node_modules upwards. */
function resolve(packages, from, dependency) {
  for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf("/")))) {
    const candidate = `${place === "" ? "" : `${place}/`}node_modules/${dependency}`;
    if (candidate in packages) return candidate;
    if (place === "") return undefined;
  }
}

function install(packages) {
  const workspace = packages.includes("") ? [] : ["--workspace", "worker"];
  say("installing dependencies (once)…");
  // Quiet, because on Node 20 npm warns of every package that wants the Node it is about to install.
  quietly("npm", ["ci", "--include=dev", "--no-audit", "--no-fund", ...workspace], {
    // npm puts our own node_modules/.bin first, whose node disappears while npm replaces it.
    PATH: (process.env.PATH ?? "")
      .split(delimiter)
      .filter((path) => path !== bin)
      .join(delimiter),
  });
}

function nodeBinary() {
  const path = join(bin, "node");
  const version = spawnSync(path, ["--version"], { encoding: "utf8" }).stdout?.trim();
  if (!version) stop(`${path} does not run; were install scripts disabled? "npm rebuild node" sets it up`);
  if (version.startsWith(`v${NODE_MAJOR}.`)) return path;
  return stop(`expected Node ${NODE_MAJOR} in ${path}, got ${version}; remove node_modules and try again`);
}

function ensureRedisServer() {
  if (spawnSync("redis-server", ["--version"]).status === 0) return;
  if (!existsSync("/etc/debian_version") || process.getuid?.() !== 0) {
    stop(
      `redis-server is not on PATH: install Redis 7 or newer (Debian: apt-get install redis-server)${name === "start" ? ", or set REDIS_URL" : ""}`,
    );
  }
  say("installing redis-server (once)…");
  // Runlevel 1 keeps Debian from starting a Redis of its own: we start ours where we need it.
  const environment = { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  quietly("apt-get", ["update"], environment);
  quietly("apt-get", ["install", "-y", "--no-install-recommends", "redis-server"], environment);
}

function quietly(program, parameters, environment) {
  const { status, error, stdout, stderr } = spawnSync(program, parameters, {
    cwd: root,
    env: { ...process.env, ...environment },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}`);
  stop(`${program} ${parameters.join(" ")} failed${error ? `: ${error.message}` : ""}`);
}

function run(program, parameters) {
  const child = spawn(program, parameters, {
    cwd: root,
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` },
    stdio: "inherit",
  });
  // Ctrl-C in a terminal reaches the child without us, and npm repeats it: passed on, it would count twice.
  process.on("SIGINT", () => process.stdin.isTTY || child.killed || child.kill("SIGINT"));
  process.on("SIGTERM", () => child.killed || child.kill("SIGTERM"));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function stop(sentence) {
  say(sentence);
  process.exit(1);
}
