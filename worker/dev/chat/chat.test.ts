import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";

const CHAT = fileURLToPath(new URL("../chat.ts", import.meta.url));
const running = new Set<ReturnType<typeof spawn>>();

afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running.clear();
});

/** What it prints when these lines are piped to it, without the time of day. */
async function chat(
  lines: readonly string[],
  args: readonly string[] = [],
): Promise<{ readonly code: number; readonly printed: string; readonly failed: string }> {
  const child = spawn(process.execPath, [CHAT, ...args], {
    env: { PATH: process.env["PATH"] ?? "", NO_COLOR: "1" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  running.add(child);
  const exited = once(child, "exit") as Promise<[number]>;
  child.stdin.end(lines.map((line) => `${line}\n`).join(""));
  const [printed, failed] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await exited;
  running.delete(child);
  return { code, printed: printed.replaceAll(/^\d\d:\d\d:\d\d {2}/gm, ""), failed };
}

test("lines are written one after the other, each is answered with where its time went, and it ends with 0", async () => {
  const { code, printed, failed } = await chat([
    "Oi! Vocês abrem no domingo?",
    "/foto",
    "/equipe Como foi hoje?",
    "/status",
    "/cliente Quanto custa um bolo?",
    "/dono Deixa comigo",
    "Alô?",
    "/sair",
    "isto ninguém lê",
  ]);
  expect(failed).toBe("");
  expect(code, printed).toBe(0);
  const told = printed.split("\n");
  const at = (pattern: RegExp): number => told.findIndex((line) => pattern.test(line));
  const inOrder = [
    /Bia → Loja da Ana +Oi! Vocês abrem/,
    /Loja da Ana is typing to Bia/,
    /Loja da Ana → Bia +Oi! Abrimos sim.*queue \d+ ms \+ AI .* \+ send \d+ ms/,
    /Bia → Loja da Ana +\[photo\]/,
    /Loja da Ana → Bia .*\(acknowledged\)/,
    /Ana → Loja da Ana +Como foi hoje/,
    // By a tool of Aurora: Bia wrote twice, and her question was answered.
    /Loja da Ana → Ana +Hoje até agora: .*[rR]eceived\w* 2\b.*queue \d+ ms/,
    /Today .*answered 1/,
    /Bia → Loja da Ana +Quanto custa um bolo/,
    /Loja da Ana → Bia +O bolo de cenoura/,
    /Loja da Ana → Bia +Deixa comigo {2}\(the owner, on the phone\)/,
    /a person has this chat: the AI keeps out for 60 min/,
    /Bia → Loja da Ana +Alô/,
  ].map(at);
  expect(inOrder, printed).not.toContain(-1);
  expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
  expect(told.slice(at(/Alô/) + 1).join("\n")).not.toContain("Loja da Ana → Bia");
  expect(printed).toContain("Loja da Ana has read what Bia wrote");
  expect(printed).not.toContain("isto ninguém lê");
});

test("--help says what can be typed, and another option is refused with it", async () => {
  const help = await chat([], ["--help"]);
  expect([help.code, help.failed]).toEqual([0, ""]);
  for (const word of ["/equipe", "/foto", "/editar", "OPENAI_API_KEY", "Examples:"])
    expect(help.printed).toContain(word);
  const refused = await chat([], ["--verbose"]);
  expect(refused.code).toBe(2);
  expect(refused.failed).toContain("--verbose");
});
