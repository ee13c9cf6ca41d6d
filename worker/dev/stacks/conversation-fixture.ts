import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { keep, type BundleFiles } from "../../image/bundle-store.ts";
import { compile } from "../../image/compile.ts";
import { startAi, type DevelopmentAi } from "../ai.ts";
import { oxy } from "../oxy.ts";
import type { Contact } from "../whatsapp/contact.ts";
import type { Phone } from "../whatsapp/phone.ts";
import { startWhatsAppSimulator, type WhatsAppSimulator } from "../whatsapp/simulator.ts";
import { StackProject, whenTestIsFinished } from "./stack-fixture.ts";
import type { AtEnd, RunOptions, StackAnswer } from "./stack-fixture.ts";

/** Quick take-overs, and no holding message: what a customer sees is counted. */
const QUICK = {
  OXY_LEASE_SECONDS: "1.5",
  OXY_ACK_TIMEOUT_MS: "2000",
  OXY_AI_BACKOFF_MS: "100",
  OXY_REPLY_OBJECTIVE_MS: "60000",
};
const ORGANIZATION = "ana";
/** A kill, the restart of the process and the end of its lease lie within it. */
const ANSWERED_MS = 40_000;

/** What {@link StackProject.running} should find of a deployed stack. */
export const ONE_OF_EACH = {
  workers: [expect.any(Number)],
  redisServers: [expect.any(Number)],
  workerSupervisors: [expect.any(Number)],
  redisSupervisors: [expect.any(Number)],
};

let compiled: Promise<BundleFiles> | undefined;

/** Puts the worker into the images that a project keeps. `version` makes it another one, that does the same. */
export async function keepImage(project: StackProject, version = "1"): Promise<string> {
  compiled ??= compile().then(({ files }) => files);
  const files = new Map(await compiled).set("version.txt", Buffer.from(version));
  return (await keep(files, join(project.home, "images"))).digest;
}

/** The result that a command ended with. */
export function resultOf(answers: readonly StackAnswer[]): StackAnswer {
  const result = answers.find(({ kind }) => kind === "result");
  if (result === undefined) throw new Error("the command printed no result");
  return result;
}

/** A deployed stack, and a customer who talks to its one organization over a WhatsApp and an AI of this machine. */
export class Conversation {
  readonly project: StackProject;
  readonly whatsapp: WhatsAppSimulator;
  readonly phone: Phone;
  readonly customer: Contact;
  /** What runs unless a test says otherwise. */
  readonly image: string;
  readonly #ai: DevelopmentAi;
  readonly #thoughts: Thoughts;
  readonly #written: string[] = [];

  private constructor(
    project: StackProject,
    image: string,
    whatsapp: WhatsAppSimulator,
    ai: DevelopmentAi,
    thoughts: Thoughts,
  ) {
    this.project = project;
    this.image = image;
    this.whatsapp = whatsapp;
    this.#ai = ai;
    this.#thoughts = thoughts;
    this.phone = whatsapp.phone();
    this.customer = whatsapp.contact();
  }

  /**
   * A stack that could be deployed; what it talks to runs, and ends after it.
   * @param given an image; else the worker, kept already, so that nothing is bundled
   */
  static async prepare(given?: string, atEnd: AtEnd = whenTestIsFinished): Promise<Conversation> {
    const thoughts = new Thoughts();
    const whatsapp = await startWhatsAppSimulator();
    const ai = await startAi((text) => thoughts.answer(text));
    // Hooks run in reverse order: the project is gone then.
    atEnd(async () => {
      thoughts.release();
      await whatsapp.close();
      await ai.stop();
      for (const error of whatsapp.errors) throw error;
    });
    const project = await (await StackProject.create({}, atEnd)).withSecrets();
    const image = given ?? (await keepImage(project));
    const conversation = new Conversation(project, image, whatsapp, ai, thoughts);
    await conversation.configure();
    return conversation;
  }

  /** The same, deployed, with its organization linked. */
  static async start(): Promise<Conversation> {
    const conversation = await Conversation.prepare();
    await conversation.project.must(["up", "--yes"]);
    await conversation.link();
    return conversation;
  }

  /** Connections of the number: at once at the most, in all, and how often one replaced another. */
  get connections(): { readonly most: number; readonly all: number; readonly replaced: number } {
    const { maxConnections, totalConnections, conflicts } = this.phone;
    return { most: maxConnections, all: totalConnections, replaced: conflicts };
  }

  /** Further or other settings of the worker than every test's, and which image runs. */
  async configure(more: Readonly<Record<string, string>> = {}, image: string = this.image): Promise<void> {
    const environment = {
      ...QUICK,
      OPENAI_BASE_URL: this.#ai.url,
      OXY_WHATSAPP_URL: this.whatsapp.url,
      OXY_WHATSAPP_TRUST_ROOT: this.whatsapp.trustRoot,
      ...more,
    };
    await this.project.configure(environment, image);
  }

  /** `oxy up`, and what came of it. */
  async up(options: RunOptions = {}): Promise<StackAnswer> {
    return resultOf(await this.project.must(["up", "--yes"], undefined, options));
  }

  /** Adds the organization and links its phone, through the store directly. */
  async link(): Promise<void> {
    const environment = { REDIS_URL: await this.storeUrl(), OXY_NAMESPACE: "local" };
    for await (const _answer of oxy(["org", "add", ORGANIZATION], environment)) continue;
    for await (const answer of oxy(["pair", ORGANIZATION], environment)) {
      if (answer.kind === "qr") await this.phone.scan(answer["qr"] ?? "");
    }
    await this.phone.waitFor(() => this.phone.online);
  }

  /** The same through the stack, as the README has it. */
  async linkThroughStack(): Promise<void> {
    await this.project.must(["org", "add", ORGANIZATION]);
    const scans: Promise<void>[] = [];
    await this.project.must(["pair", ORGANIZATION], undefined, {
      onAnswer: ({ kind, qr }) => {
        if (kind === "qr") scans.push(this.phone.scan(String(qr)));
      },
    });
    await Promise.all(scans);
    await this.phone.waitFor(() => this.phone.online);
  }

  /** As the worker was told. */
  async storeUrl(): Promise<string> {
    const { workers } = await this.project.running();
    const environment = await readFile(`/proc/${workers[0]}/environ`, "utf8");
    return /(?:^|\0)REDIS_URL=([^\0]+)/.exec(environment)?.[1] ?? "";
  }

  /** The customer writes; the AI is not done with it until it is released. Resolves when it has been asked. */
  async beginTurn(text: string): Promise<void> {
    this.#thoughts.hold();
    this.#write(text);
    await this.#thoughts.asked(text);
    await this.phone.waitFor(() => this.phone.pending === 0);
  }

  /** Lets the AI answer. */
  endThoughts(): void {
    this.#thoughts.release();
  }

  /** The customer writes and reads the answer. */
  async exchange(text: string): Promise<void> {
    this.#write(text);
    await this.answered();
  }

  /** Resolves when all that the customer wrote is answered. @throws Error when anything was answered twice, or not read */
  async answered(): Promise<void> {
    const wanted = this.#written.map((text) => answerTo(text));
    await this.customer.waitFor(() => wanted.every((text) => this.#read.includes(text)), ANSWERED_MS);
    const { undecryptable } = this.customer;
    if (this.#read.length !== wanted.length || undecryptable.length > 0) {
      throw new Error(
        `wrote ${this.#written.join(", ")}; read ${this.#read.join(", ")}; could not read ${undecryptable.length}`,
      );
    }
  }

  get #read(): string[] {
    return this.customer.displayed.map(({ text }) => text);
  }

  #write(text: string): void {
    this.#written.push(text);
    this.customer.write(this.phone, text);
  }
}

function answerTo(text: string): string {
  return `re: ${text}`;
}

/** What the AI thinks, for as long as a test wants. */
class Thoughts {
  readonly #asked = new Map<string, PromiseWithResolvers<void>>();
  #held: PromiseWithResolvers<void> | undefined;

  async answer(text: string): Promise<string> {
    this.#question(text).resolve();
    await this.#held?.promise;
    return answerTo(text);
  }

  /** Resolves when the AI was asked that. */
  async asked(text: string): Promise<void> {
    await this.#question(text).promise;
  }

  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  #question(text: string): PromiseWithResolvers<void> {
    const question = this.#asked.get(text) ?? Promise.withResolvers<void>();
    this.#asked.set(text, question);
    return question;
  }
}
