/** What a task is given: CPU in units of 1/1024 vCPU, memory in MiB. */
export interface TaskSize {
  readonly cpu: number;
  readonly memory: number;
}

/**
 * The pairs that Fargate takes, up to 4 vCPU: more is of no use to a process of Node, which computes on one.
 * Source: AWS docs, Fargate task definition differences, task size, 2026-08.
 */
export const SIZES = {
  "0.25-vcpu-0.5-gb": { cpu: 256, memory: 512 },
  "0.25-vcpu-1-gb": { cpu: 256, memory: 1_024 },
  "0.25-vcpu-2-gb": { cpu: 256, memory: 2_048 },
  "0.5-vcpu-1-gb": { cpu: 512, memory: 1_024 },
  "0.5-vcpu-2-gb": { cpu: 512, memory: 2_048 },
  "0.5-vcpu-4-gb": { cpu: 512, memory: 4_096 },
  "1-vcpu-2-gb": { cpu: 1_024, memory: 2_048 },
  "1-vcpu-4-gb": { cpu: 1_024, memory: 4_096 },
  "1-vcpu-8-gb": { cpu: 1_024, memory: 8_192 },
  "2-vcpu-4-gb": { cpu: 2_048, memory: 4_096 },
  "2-vcpu-8-gb": { cpu: 2_048, memory: 8_192 },
  "2-vcpu-16-gb": { cpu: 2_048, memory: 16_384 },
  "4-vcpu-8-gb": { cpu: 4_096, memory: 8_192 },
  "4-vcpu-16-gb": { cpu: 4_096, memory: 16_384 },
  "4-vcpu-30-gb": { cpu: 4_096, memory: 30_720 },
} as const satisfies Readonly<Record<string, TaskSize>>;

export type SizeName = keyof typeof SIZES;
