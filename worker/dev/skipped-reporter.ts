import type { Reporter, TestModule } from "vitest/node";

/** Names every test that was skipped, at the end: what a machine lacks should be read, not counted. */
export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const names = modules.flatMap((module) =>
      [...module.children.allTests("skipped")].map((test) => `  ↓ ${test.fullName}`),
    );
    if (names.length > 0) process.stdout.write(`\nSkipped\n${names.join("\n")}\n`);
  }
}
