import { clearLine, cursorTo, type Interface } from "node:readline";
import { answered, asked, event, fact, say, type Split } from "../demo/screen.ts";
import type { Speaker } from "./line.ts";
import type { Shop, ShopStatus } from "./shop.ts";

/** The log line of an answer follows it closely. */
const SPLIT_MS = 1_000;
const NAMES: Readonly<Record<Speaker, string>> = { customer: "Bia", team: "Ana" };
const SHOP = "Loja da Ana";

/** What the people of a chat see, above the line that is being typed. */
export class ChatScreen {
  readonly #lines: Interface;
  readonly #terminal: boolean;
  readonly #askedAt: Partial<Record<Speaker, number>> = {};
  readonly #splits: Partial<Record<Speaker, (split: Split | undefined) => void>> = {};
  readonly #shown = new Set<Promise<void>>();
  #types: Speaker | undefined;

  constructor(lines: Interface, terminal: boolean) {
    this.#lines = lines;
    this.#terminal = terminal;
  }

  /** @param ai a real one, if it is asked */
  opened(shop: Shop, ai: string | undefined): void {
    this.#above(() => {
      say(`${shop.name}, +${shop.phone.number}, is linked. Without a command you are a customer.\n`);
      fact("Customer", `${NAMES.customer}, +${shop.people.customer.number}`);
      fact("Team", `${NAMES.team}, +${shop.people.team.number}`);
      fact("AI", ai ?? "local, by a small dialogue; OPENAI_API_KEY asks a real one");
      fact("Help", "/ajuda");
      say();
    });
  }

  prompt(speaker: Speaker): void {
    if (!this.#terminal) return;
    this.#lines.setPrompt(`${NAMES[speaker]} › `);
    this.#lines.prompt(true);
  }

  asks(speaker: Speaker, text: string): void {
    this.#askedAt[speaker] = performance.now();
    this.#types = undefined;
    // Who types sees it already.
    if (!this.#terminal) asked(NAMES[speaker], SHOP, text);
  }

  /** @param fixed what it is, if it is not the AI's */
  answer(to: Speaker, text: string, fixed: string | undefined): void {
    this.#types = undefined;
    if (fixed !== undefined) {
      this.#above(() => asked(SHOP, NAMES[to], `${text}  (${fixed})`));
      return;
    }
    const totalMs = performance.now() - (this.#askedAt[to] ?? performance.now());
    const { promise, resolve } = Promise.withResolvers<Split | undefined>();
    // The part before this one is shown before it: the log line is about the last one.
    this.#splits[to]?.(undefined);
    this.#splits[to] = resolve;
    setTimeout(() => resolve(undefined), SPLIT_MS).unref();
    const shown = this.#answered(to, text, totalMs, promise);
    this.#shown.add(shown);
    void shown.finally(() => this.#shown.delete(shown));
  }

  /** The worker logged where an answer's time went. */
  split(to: Speaker | undefined, split: Split): void {
    if (to !== undefined) this.#splits[to]?.(split);
  }

  /** Once for what is being answered. */
  typing(to: Speaker): void {
    if (this.#types === to) return;
    this.#types = to;
    this.note(`${SHOP} is typing to ${NAMES[to]}…`);
  }

  read(by: Speaker): void {
    this.note(`${SHOP} has read what ${NAMES[by]} wrote`);
  }

  note(text: string, style: "gray" | "red" = "gray"): void {
    this.#above(() => event(text, style));
  }

  plain(text: string): void {
    this.#above(() => say(text));
  }

  status({ session, connections, talks, today }: ShopStatus): void {
    this.#above(() => {
      fact("WhatsApp", `${session}, ${connections} connected`);
      for (const speaker of ["customer", "team"] as const) {
        const { state, inbound, outbound, silentUntil = 0 } = talks[speaker];
        const silent = silentUntil > Date.now() ? ", left to a person" : "";
        fact(NAMES[speaker], `${state}, ${inbound} not answered, ${outbound} to be sent${silent}`);
      }
      const counts = Object.entries(today).toSorted(([a], [b]) => a.localeCompare(b));
      fact("Today", counts.map(([what, count]) => `${what} ${count}`).join(", ") || "nothing");
    });
  }

  /** Resolves when every answer that came is on the screen. */
  async done(): Promise<void> {
    await Promise.all(this.#shown);
  }

  async #answered(
    to: Speaker,
    text: string,
    totalMs: number,
    split: Promise<Split | undefined>,
  ): Promise<void> {
    const where = await split;
    // Not known of any part but the last one, nor of an answer across a restart.
    if (where === undefined) this.#above(() => asked(SHOP, NAMES[to], text));
    else this.#above(() => answered(SHOP, NAMES[to], text, totalMs, where));
  }

  #above(print: () => void): void {
    if (this.#terminal) {
      clearLine(process.stdout, 0);
      cursorTo(process.stdout, 0);
    }
    print();
    if (this.#terminal) this.#lines.prompt(true);
  }
}
