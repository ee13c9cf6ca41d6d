import { z } from "zod";

/** How a process of the image is to run at Fly. */
export const machinesInputs = z.strictObject({
  stack: z.string().describe("The stack it belongs to."),
  fleet: z.string().describe("The fleet it belongs to."),
  name: z.string().describe("Its name in the fleet."),
  organization: z.string().describe("The organization that its app is in, by slug."),
  region: z.string().describe("Where its machines are."),
  machines: z.int().min(1).describe("How many of them run it."),
  image: z.string().describe("What it runs, by digest."),
  environment: z.record(z.string(), z.string()).describe("Its settings that are no secrets."),
  secrets: z
    .record(z.string(), z.string())
    .describe("Fly's digests of its secrets: a machine has those that there were when it was made."),
  secretsVersion: z.int().min(0).describe("The version of the app's secrets that it waits for; 0 for any."),
  guest: z
    .strictObject({
      cpuKind: z.enum(["shared", "performance"]),
      cpus: z.int().min(1),
      memoryMb: z.int().min(256),
    })
    .describe("CPUs and memory of each machine."),
  volumeGb: z.int().min(0).max(500).describe("Size of each machine's own volume, in GB; 0 for none."),
  volumePath: z.string().describe("Where in the machine the volume is."),
  port: z.int().min(1).max(65_535).describe("Where it serves in its machine."),
  readyPath: z.string().describe("Answers 200 once it takes work."),
  startSeconds: z.int().min(1).describe("How long it may take until then, in s."),
  graceSeconds: z.int().min(0).max(300).describe("From the stop signal to the kill, in s."),
  isPublic: z.boolean().describe("Whether the internet reaches it through the app's addresses."),
});

export type MachinesInputs = z.output<typeof machinesInputs>;
