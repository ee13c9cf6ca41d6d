import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{worker,infra}/**/*.test.ts"],
    reporters: ["default", "./worker/dev/skipped-reporter.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Real Redis, sockets and processes on two cores: more files at once only make each other slow.
    maxWorkers: 2,
  },
});
