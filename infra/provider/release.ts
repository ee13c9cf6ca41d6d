import { z } from "zod";
import type { Resource } from "./resource.ts";

interface Inputs {
  readonly stack: string;
  readonly image: string;
}

interface Outputs {
  readonly before: readonly string[];
}

/** How many images can be gone back to, the one in use included. */
export const KEPT = 5;

/**
 * Which image a stack runs, and which ones it ran before: what a rollback goes back to. It depends on every fleet, so
 * an image that never became ready is never recorded. Nothing exists of it but the record.
 */
export const release: Resource<Inputs, Outputs> = {
  type: "oxy:index:Release",
  description: "The image that a stack runs, and those it ran before.",
  inputs: z.strictObject({
    stack: z.string().describe("Whose release it is."),
    image: z.string().describe("The image that every fleet runs now, by digest."),
  }),
  outputs: z.object({
    before: z.array(z.string()).describe("The images before, the last one first."),
  }),
  replaceOn: ["stack"],
  identify: ({ stack }) => stack,
  create: async () => ({ before: [] }),
  read: async (_id, known) => known,
  update: async (_id, { image }, known) => ({
    before: [known.inputs.image, ...known.outputs.before]
      .filter((earlier) => earlier !== image)
      .filter((earlier, index, all) => all.indexOf(earlier) === index)
      .slice(0, KEPT - 1),
  }),
  delete: async () => {},
};
