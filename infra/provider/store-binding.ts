import { z } from "zod";
import type { Resource } from "./resource.ts";

interface Inputs {
  readonly stack: string;
  readonly store: string;
}

/**
 * Which store a stack's data are in. Everything else of the stack depends on it, so that a store that would become
 * another one is refused by the preview, whoever runs it: what the first one keeps would be left behind. Nothing exists
 * of it but the record.
 */
export const storeBinding: Resource<Inputs, object> = {
  type: "oxy:index:StoreBinding",
  description: "Which store a stack's data are in.",
  inputs: z.strictObject({
    stack: z.string().describe("Whose data they are."),
    store: z.string().describe("The store, as long as the data stay where they are."),
  }),
  outputs: z.object({}),
  replaceOn: ["stack"],
  identify: ({ stack }) => stack,
  refusal: ({ store: from }, { store: to }) =>
    from === to
      ? undefined
      : `store: expected ${from}, in which this stack's conversations and WhatsApp sessions are, got ${to}: ` +
        "they would be left behind. Moving them is for a migration, which this version does not have yet; " +
        "oxy destroy gives them up",
  create: async () => ({}),
  read: async (_id, known) => known,
  update: async () => ({}),
  delete: async () => {},
};
