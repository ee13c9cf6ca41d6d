import { readFile } from "node:fs/promises";
import { startAi, thinking, type DevelopmentAi } from "../ai.ts";
import { oxy } from "../oxy.ts";
import { namingEach } from "../scenarios/naming-each.ts";
import { Talk, type TalkPlace } from "../scenarios/talk.ts";
import type { Phone } from "../whatsapp/phone.ts";
import { startWhatsAppSimulator, type WhatsAppSimulator } from "../whatsapp/simulator.ts";
import { resultOf } from "./conversation-fixture.ts";
import { EmulatedApis } from "./emulated-apis-fixture.ts";
import {
  StackProject,
  whenTestIsFinished,
  type AtEnd,
  type RunOptions,
  type StackAnswer,
} from "./stack-fixture.ts";

/** Quick take-overs, and no holding message: what customers see is counted. */
const QUICK = {
  OXY_LEASE_SECONDS: "3",
  OXY_ACK_TIMEOUT_MS: "3000",
  OXY_AI_BACKOFF_MS: "100",
  OXY_REPLY_OBJECTIVE_MS: "120000",
};

/** What a stack on an emulated host is made of, as YAML under `config`. */
export interface Target {
  readonly store: string;
  readonly fleet: string;
}

/** A stack on emulated hosts, and what its workers talk to. */
export class Rehearsal implements TalkPlace {
  readonly project: StackProject;
  readonly apis: EmulatedApis;
  readonly whatsapp: WhatsAppSimulator;
  readonly phones: Phone[] = [];
  readonly #ai: DevelopmentAi;
  #messages = 0;

  private constructor(
    project: StackProject,
    apis: EmulatedApis,
    whatsapp: WhatsAppSimulator,
    ai: DevelopmentAi,
  ) {
    this.project = project;
    this.apis = apis;
    this.whatsapp = whatsapp;
    this.#ai = ai;
  }

  /** @param thinkMs how long the AI takes at the least and at the most */
  static async prepare(
    stack = "production",
    thinkMs: readonly [number, number] = [200, 800],
    atEnd: AtEnd = whenTestIsFinished,
  ): Promise<Rehearsal> {
    const whatsapp = await startWhatsAppSimulator();
    const ai = await startAi(thinking(...thinkMs, namingEach));
    atEnd(async () => {
      await whatsapp.close();
      await ai.stop();
      for (const error of whatsapp.errors) throw error;
    });
    // The last begun ends first: what the emulators run has to end before its folder goes.
    const project = await StackProject.create({}, atEnd, { stack, options: ["--offline"] });
    await project.withSecrets();
    const apis = await EmulatedApis.start(project.home, atEnd);
    return new Rehearsal(project, apis, whatsapp, ai);
  }

  /** The first organization's. */
  get phone(): Phone {
    const [phone] = this.phones;
    if (phone === undefined) throw new Error("no organization is linked");
    return phone;
  }

  /** Writes the stack's file. */
  async configure(
    target: Target,
    more: Readonly<Record<string, string>> = {},
    isProduction = true,
    image = "./worker",
  ): Promise<void> {
    const environment = {
      ...QUICK,
      OPENAI_BASE_URL: this.#ai.url,
      OXY_WHATSAPP_URL: this.whatsapp.url,
      OXY_WHATSAPP_TRUST_ROOT: this.whatsapp.trustRoot,
      // Production would talk to nobody but WhatsApp itself.
      NODE_ENV: "development",
      ...more,
    };
    const production = isProduction ? "  oxy-workers:production: true\n" : "";
    await this.project.configure(environment, image, configOf(target) + production);
  }

  /** `oxy up`, and what came of it. */
  async up(options: RunOptions = {}): Promise<StackAnswer> {
    return resultOf(await this.project.must(["up", "--yes"], undefined, options));
  }

  /** Adds organizations and links a phone for each, through the store directly. */
  async link(organizations: readonly string[]): Promise<void> {
    const environment = { REDIS_URL: await this.storeUrl(), OXY_NAMESPACE: this.project.stack };
    for (const organization of organizations) {
      const phone = this.whatsapp.phone();
      for await (const _answer of oxy(["org", "add", organization], environment)) continue;
      for await (const answer of oxy(["pair", organization], environment)) {
        if (answer.kind === "qr") await phone.scan(answer["qr"] ?? "");
      }
      await phone.waitFor(() => phone.online);
      phone.forgetGaps();
      this.phones.push(phone);
    }
  }

  /** As one of the workers was told. */
  async storeUrl(): Promise<string> {
    const { workers } = await this.project.running();
    const environment = await readFile(`/proc/${workers[0]}/environ`, "utf8");
    return /(?:^|\0)REDIS_URL=([^\0]+)/.exec(environment)?.[1] ?? "";
  }

  /** New contacts, whose messages are counted from here on. */
  talk(contacts: number): Talk {
    const people = Array.from({ length: contacts }, () => this.whatsapp.contact());
    return new Talk(this, people, () => `m${++this.#messages}`);
  }
}

/** As a stack's file has it under `config`. */
export function configOf({ store, fleet }: Target): string {
  return (
    `  oxy-workers:store:\n${indented(store)}` +
    `  oxy-workers:fleets:\n    main:\n${indented(indented(fleet))}`
  );
}

function indented(yaml: string): string {
  return yaml.replaceAll(/^(?=.)/gm, "    ");
}
