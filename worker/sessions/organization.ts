import { IANAZone } from "luxon";
import { z } from "zod";
import { MESSAGE_KINDS, TREATMENTS, type MessageKind } from "./message-kinds.ts";

/** Ids become part of keys and of WhatsApp message ids, hence the narrow alphabet. */
export const organizationId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, "expected 1 to 64 letters, digits, '-' or '_'");

/** A phone number with its country, digits only, as WhatsApp has it: 5511987654321. */
export const phoneNumber = z
  .string()
  .regex(/^[1-9]\d{6,14}$/, "expected 7 to 15 digits with the country's code, without + and zeros before it");

export const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;
const timeOfDay = z.string().regex(TIME_OF_DAY, "expected a time as 08:00");
const words = (standard: string[]) => z.array(z.string().trim().min(1).max(60)).max(50).default(standard);
const message = (standard: string) => z.string().min(1).max(1_000).default(standard);

const treatment = z.enum(TREATMENTS);
const treatments = Object.fromEntries(
  Object.keys(MESSAGE_KINDS).map((kind) => [kind, treatment.optional()]),
) as Record<MessageKind, z.ZodOptional<typeof treatment>>;

/** One of the organization's own people: Aurora answers them, Cliente AI everybody else. */
const teamMember = z.strictObject({
  number: phoneNumber,
  name: z.string().min(1).max(120),
  /** Is told of alerts. */
  owner: z.boolean().default(false),
});

/** How a number may be used for what nobody asked for: numbers get banned for far less than replies would come to. */
const pacing = z.strictObject({
  /** Messages of campaigns and automations a minute, on average. */
  perMinute: z.number().min(0.01).max(60).default(6),
  /** Part by which each gap is longer or shorter at random. */
  jitter: z.number().min(0).max(1).default(0.5),
  /** Messages of campaigns and automations a day. */
  perDay: z.int().min(0).max(100_000).default(500),
  /** Of those, to people who never wrote. */
  coldPerDay: z.int().min(0).max(10_000).default(20),
  /** Nothing is begun in these hours, in the organization's time zone; the same time twice means none. */
  quietFrom: timeOfDay.default("20:00"),
  quietTo: timeOfDay.default("08:00"),
});

/** What a tenant decides about how it is represented. */
export const organizationSettings = z.strictObject({
  /** As customers know it. */
  name: z.string().min(1).max(120),
  /** IANA name. */
  timeZone: z
    .string()
    .refine((name) => IANAZone.isValidZone(name), "expected an IANA time zone, as America/Sao_Paulo")
    .default("America/Sao_Paulo"),
  /** How Cliente AI should speak and what it may promise. */
  instructions: z.string().max(20_000).default("Answer briefly and kindly, in the customer's language."),
  /** How Aurora should speak to the team. */
  auroraInstructions: z.string().max(20_000).default("Answer briefly, in the language you are asked in."),
  team: z.array(teamMember).max(100).default([]),
  /** Sent once when an answer takes longer than the reply objective. */
  holdingMessage: message("Um momento, por favor, já estou vendo isso para você."),
  /** Sent once when no answer can be had. */
  fallbackMessage: message("Não consegui responder agora. Nossa equipe vai falar com você em breve."),
  /** Sent when something is left to a person. */
  handOverMessage: message("Vou chamar alguém da nossa equipe para falar com você."),
  /** Sent for what is understood but cannot be read, as a photo or an audio. */
  acknowledgement: message("Recebi, obrigado! Ainda não consigo abrir isso. Pode me contar por escrito?"),
  /** Sent for a call that nobody took. */
  callMessage: message("Vi que você ligou! Por aqui só consigo responder por escrito. Como posso ajudar?"),
  /** Other than the table of docs/messages.md, by kind of message. */
  messages: z.strictObject(treatments).prefault({}),
  /** Messages older than this when they arrive are left to people, in minutes. */
  answerUpToMinutes: z.int().min(1).max(40_320).default(1_440),
  /** How long the AI keeps out of a chat after the owner wrote there on the phone, in minutes. */
  silenceMinutes: z.int().min(1).max(10_080).default(60),
  /** How long it keeps out of a chat that was left to a person, in minutes. */
  handOverMinutes: z.int().min(1).max(40_320).default(720),
  /** Whether customers see that somebody types while an answer is thought. */
  typing: z.boolean().default(true),
  /** When customers see that their message was read. */
  readReceipts: z.enum(["never", "on-arrival", "on-answer"]).default("on-answer"),
  /** Whoever writes one of these alone gets no campaigns and automations any more. */
  optOutWords: words(["sair", "parar", "pare", "stop", "cancelar", "descadastrar"]),
  optOutMessage: message("Pronto, você não vai mais receber nossas campanhas."),
  /** And one of these undoes it. */
  optInWords: words(["voltar"]),
  pacing: pacing.prefault({}),
  /** Runs of automations that may begin in an hour; more are refused, with a reason that is listed. */
  automationRunsPerHour: z.int().min(1).max(100_000).default(1_000),
  /** What the AI remembers of a chat, in tokens. */
  memoryTokens: z.int().min(0).max(100_000).default(2_000),
  /** What the AI may cost a day, in USD; past it customers read `budgetMessage` and are left to people. */
  aiBudgetUsdPerDay: z.number().min(0).max(100_000).optional(),
  budgetMessage: message(
    "Nosso atendimento automático volta amanhã. Nossa equipe vai falar com você em breve.",
  ),
  /** How long texts are kept, in days. */
  retentionDays: z.number().min(0.01).max(3_650).default(90),
});

export type OrganizationSettings = z.infer<typeof organizationSettings>;
