import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { startRedisServer } from "../dev/redis-server.ts";
import { machine, type Benchmark } from "./figure.ts";

const PROCESS = fileURLToPath(new URL("campaign-process.ts", import.meta.url));
const CRASHES = 3;

interface Told {
  readonly chat?: string;
  readonly id?: string;
  readonly total?: number;
  readonly ms?: number;
  readonly peakMb?: number;
}

/** A large campaign: read in, made into messages and released, while the process that does so is killed three times. */
export const campaign: Benchmark = async ({ quick, say }) => {
  const recipients = quick ? 1_000 : 50_000;
  const server = await startRedisServer();
  const key = randomBytes(32).toString("base64");
  try {
    say(`campaign: ${recipients} recipients are read in`);
    const [imported] = await run([server.url, key, "import", String(recipients)], () => {});
    const ids = new Map<string, Set<string>>();
    let wire = 0;
    let peakMb = 0;
    const began = performance.now();
    for (let life = 0; life <= CRASHES; life++) {
      const dieAt =
        life === CRASHES ? Infinity : ((life + 0.5 + Math.random() * 0.4) / (CRASHES + 1)) * recipients;
      say(
        `campaign: process ${life + 1}${dieAt === Infinity ? "" : `, killed after ${Math.round(dieAt)} recipients`}`,
      );
      const told = await run([server.url, key, "send", String(life + 1)], ({ chat, id }, kill) => {
        if (chat === undefined || id === undefined) return;
        wire++;
        ids.set(chat, (ids.get(chat) ?? new Set()).add(id));
        if (ids.size >= dieAt) kill();
      });
      peakMb = Math.max(peakMb, ...told.map((line) => line.peakMb ?? 0));
    }
    const seconds = (performance.now() - began) / 1_000;
    const twice = [...ids.values()].filter((each) => each.size > 1).length;
    const setUp = `a spreadsheet of ${recipients} rows, an owner with no pace and a socket that takes everything at once, ${CRASHES} times kill -9; ${machine()}`;
    return [
      {
        name: "a campaign is read in",
        value: (imported?.ms ?? NaN) / 1_000,
        unit: "s",
        setUp: `${imported?.total} recipients; ${setUp}`,
      },
      { name: "peak memory of who reads it in", value: imported?.peakMb ?? NaN, unit: "MB RSS", setUp },
      {
        name: "a campaign is expanded and released",
        value: seconds,
        unit: "s",
        setUp: `${Math.round(recipients / seconds)} messages/s, starts of ${CRASHES + 1} processes included; ${setUp}`,
      },
      { name: "peak memory of who expands and releases it", value: peakMb, unit: "MB RSS", setUp },
      {
        name: "recipients who were sent it twice",
        value: twice,
        unit: "recipients",
        aim: { what: `0 of ${recipients}`, met: twice === 0 },
        setUp: `by WhatsApp's ids; ${wire - ids.size} went out again under the same id; ${setUp}`,
      },
      {
        name: "recipients who were not sent it",
        value: recipients - ids.size,
        unit: "recipients",
        aim: { what: "0", met: ids.size === recipients },
        setUp,
      },
    ];
  } finally {
    await server.stop();
  }
};

/** Runs the process to its end, or until it is killed; what it told. @throws Error when it fails by itself */
async function run(args: readonly string[], heard: (line: Told, kill: () => void) => void): Promise<Told[]> {
  const child = spawn(process.execPath, [PROCESS, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let killed = false;
  const kill = (): void => {
    killed ||= child.kill("SIGKILL");
  };
  const told: Told[] = [];
  const lines = createInterface(child.stdout).on("line", (line) => {
    const parsed = JSON.parse(line) as Told;
    if (parsed.chat === undefined) told.push(parsed);
    heard(parsed, kill);
  });
  const closed = once(lines, "close");
  const [code] = await once(child, "exit");
  await closed;
  if (code !== 0 && !killed) throw new Error(`${args[2]} ended with ${code}`);
  return told;
}
