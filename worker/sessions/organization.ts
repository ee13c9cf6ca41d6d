import { z } from "zod";

/** Ids become part of keys and of WhatsApp message ids, hence the narrow alphabet. */
export const organizationId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, "expected 1 to 64 letters, digits, '-' or '_'");

/** What a tenant decides about how it is represented. */
export const organizationSettings = z.strictObject({
  /** As customers know it. */
  name: z.string().min(1).max(120),
  /** How Cliente AI should speak and what it may promise. */
  instructions: z.string().max(20_000).default("Answer briefly and kindly, in the customer's language."),
  /** Sent once when an answer takes longer than the reply objective. */
  holdingMessage: z
    .string()
    .min(1)
    .max(1_000)
    .default("Um momento, por favor, já estou vendo isso para você."),
  /** Sent once when no answer can be had. */
  fallbackMessage: z
    .string()
    .min(1)
    .max(1_000)
    .default("Não consegui responder agora. Nossa equipe vai falar com você em breve."),
  /** Messages older than this when they arrive are left to people, in minutes. */
  answerUpToMinutes: z.number().int().min(1).max(40_320).default(1_440),
  /** How long the AI keeps out of a chat after the owner wrote there on the phone, in minutes. */
  silenceMinutes: z.number().int().min(1).max(10_080).default(60),
});

export type OrganizationSettings = z.infer<typeof organizationSettings>;
