import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { fixedMessage } from "./chat/fixed-message.ts";
import { localAi } from "./chat/local-ai.ts";
import { readLine, type ChatLine, type Speaker } from "./chat/line.ts";
import { ChatScreen } from "./chat/screen.ts";
import { Shop } from "./chat/shop.ts";
import { thinking } from "./ai.ts";
import { splitOf } from "./demo/screen.ts";
import { LocalDeployment } from "./deployment.ts";

/** As slow as a small model, in ms. */
const AI_MS = [600, 1_800] as const;
/** Longer than the worker itself is patient with an AI. */
const PATIENCE_MS = 180_000;
const COMMANDS = `  /cliente [text]      write as a customer (Bia); also when nothing else was said
  /equipe [text]       write as one of the shop's own people (Ana), whom Aurora answers
  /foto [caption]      send a photo; so do /audio, /documento, /figurinha, /localizacao, /contato
  /editar <text>       change your last message; /apagar takes it back
  /dono <text>         write as the owner, on the phone itself: the AI keeps out then
  /status              the session, both conversations and today's numbers
  /ajuda, /sair        this list; end`;
const HELP = `Write to a shop on this machine and read what its worker answers. Redis, WhatsApp and, without a key, the AI
are embedded: nothing leaves the machine.

Usage: npm run chat -- [options]

  --help               show this

  OPENAI_API_KEY       ask a real AI, at OPENAI_BASE_URL with OPENAI_MODEL where they are set

What is typed is written to the shop; lines that begin with a slash are commands:

${COMMANDS}

Examples:
  $ npm run chat
  $ printf 'Oi! Vocês abrem no domingo?\\n/foto\\n/equipe Como foi hoje?\\n' | npm run chat
  $ OPENAI_API_KEY=… npm run chat

Without a terminal it reads lines, waits for what comes of each, and ends with 0 if every one came to rest.`;

readOptions();
const terminal = process.stdin.isTTY === true;
const lines = createInterface({ input: process.stdin, ...(terminal ? { output: process.stdout } : {}) });
// From here on, or what comes before it is read would be lost.
const typing = lines[Symbol.asyncIterator]();
const screen = new ChatScreen(lines, terminal);
const deployment = await LocalDeployment.start({
  answering: thinking(...AI_MS, localAi),
  environment: { OXY_LEASE_SECONDS: "1.5", ...realAi() },
});
const worker = deployment.worker();
worker.on("log", (line) => {
  if (line.message === "answered") screen.split(shop?.speakerOf(String(line["chat"])), splitOf(line));
  else if (line.level === "error")
    screen.note(`worker: ${line.message} ${String(line["errorMessage"] ?? "")}`, "red");
});
let shop: Shop | undefined;
let failed = false;
try {
  await worker.ready();
  shop = await Shop.open(deployment, {
    displayed: (to, { text }, byOwner) =>
      screen.answer(
        to,
        text,
        byOwner ? "the owner, on the phone" : shop && fixedMessage(shop.settings, text),
      ),
    typing: (to) => screen.typing(to),
    read: (by) => screen.read(by),
  });
  screen.opened(shop, realAi()["OPENAI_BASE_URL"] ?? (realAi()["OPENAI_API_KEY"] && "OpenAI"));
  await converse(shop);
} catch (error) {
  failed = true;
  screen.note(error instanceof Error ? error.message : String(error), "red");
}
lines.close();
await screen.done();
const exitCode = await worker.stop();
shop?.close();
await deployment.stop();
process.exit(failed || exitCode !== 0 ? 1 : 0);

/** Until there are no more lines, or one says so. */
async function converse(open: Shop): Promise<void> {
  let speaker: Speaker = "customer";
  screen.prompt(speaker);
  for await (const typed of typing) {
    const line = readLine(typed);
    if (line?.kind === "quit") return;
    if (line?.kind === "speak") speaker = line.as;
    screen.prompt(speaker);
    if (line === undefined) continue;
    const wrote = await act(open, speaker, line);
    if (wrote && !terminal) {
      await open.settled(speaker, PATIENCE_MS);
      await screen.done();
      const minutes = Math.round((await open.silentMs(speaker)) / 60_000);
      if (minutes > 0) screen.note(`a person has this chat: the AI keeps out for ${minutes} min`);
    }
    screen.prompt(speaker);
  }
}

/** True when something was written of which something may come. */
async function act(open: Shop, speaker: Speaker, line: ChatLine): Promise<boolean> {
  switch (line.kind) {
    case "write":
    case "speak":
      if (line.text === undefined) return false;
      screen.asks(speaker, line.text);
      open.write(speaker, line.text);
      return true;
    case "send":
      screen.asks(speaker, `[${line.what}] ${line.caption ?? ""}`);
      open.attach(speaker, line.what, line.caption);
      return true;
    case "edit":
      screen.asks(speaker, `[changed] ${line.text}`);
      return open.edit(speaker, line.text) || nothingWritten();
    case "revoke":
      screen.asks(speaker, "[taken back]");
      return open.revoke(speaker) || nothingWritten();
    case "owner":
      open.say(speaker, line.text);
      return true;
    case "status":
      screen.status(await open.status());
      return false;
    case "help":
      screen.plain(COMMANDS);
      return false;
    case "wrong":
      screen.note(line.why, "red");
      return false;
    case "quit":
      return false;
  }
}

function nothingWritten(): false {
  screen.note("nothing was written yet");
  return false;
}

/** What the caller set of a real AI, for the worker; nothing without a key. */
function realAi(): Readonly<Record<string, string>> {
  const { OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL } = process.env;
  if (!OPENAI_API_KEY) return {};
  return {
    OPENAI_API_KEY,
    OPENAI_BASE_URL: OPENAI_BASE_URL ?? "",
    ...(OPENAI_MODEL ? { OPENAI_MODEL } : {}),
  };
}

/** Exits for --help and for options that are none. */
function readOptions(): void {
  try {
    const { values } = parseArgs({ options: { help: { type: "boolean" } } });
    if (values.help !== true) return;
    process.stdout.write(`${HELP}\n`);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}\n`);
    process.exit(2);
  }
}
