import { z } from "zod";

/** When a service gets more instances, and how many. */
export interface Scaling {
  readonly maxInstances: number;
  readonly cpuPercent?: number | undefined;
  readonly memoryPercent?: number | undefined;
}

/** How a process of the image is to run at Render. */
export interface ServiceInputs {
  readonly stack: string;
  readonly fleet: string;
  readonly name: string;
  readonly workspace: string;
  readonly type: "web_service" | "background_worker";
  readonly region: string;
  readonly plan: string;
  readonly image: string;
  readonly registryCredential: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly instances: number;
  readonly autoscaling?: Scaling | undefined;
  readonly graceSeconds: number;
  readonly healthPath?: string | undefined;
  readonly serviceId?: string | undefined;
}

const percent = z.int().min(1).max(90);

export const serviceInputs: z.ZodType<ServiceInputs> = z.strictObject({
  stack: z.string().describe("The stack it belongs to."),
  fleet: z.string().describe("The fleet it belongs to."),
  name: z.string().describe("Its name in the fleet."),
  workspace: z
    .string()
    .describe("Id or name of the workspace that it is made in; empty for the only one that the key opens."),
  type: z
    .enum(["web_service", "background_worker"])
    .describe("Whether it serves HTTP on the internet; a background worker takes no traffic at all."),
  region: z.string().describe("Where it runs."),
  plan: z.string().describe("Its instance type, by its old or its new name."),
  image: z.string().describe("The image that it runs, by digest."),
  registryCredential: z
    .string()
    .describe("Id or name of the workspace's credential for the image's registry; empty for a public image."),
  environment: z.record(z.string(), z.string()).describe("All of its environment variables."),
  instances: z.int().min(1).max(100).describe("How many run; with autoscaling, at the least."),
  autoscaling: z
    .strictObject({
      maxInstances: z.int().min(1).max(100).describe("How many run at the most."),
      cpuPercent: percent.optional().describe("Share of the CPU that is aimed at, in %."),
      memoryPercent: percent.optional().describe("Share of the memory that is aimed at, in %."),
    })
    .optional()
    .describe("Missing: the number of instances is fixed."),
  graceSeconds: z.int().min(1).max(300).describe("From the stop signal to the kill, in s."),
  healthPath: z.string().optional().describe("Answers 200 once it takes work; of a web service only."),
  serviceId: z
    .string()
    .optional()
    .describe("An existing service that becomes this one, whatever it is called and whoever made it."),
});
