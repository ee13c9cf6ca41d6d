import { SCENARIO_VERSION, type Scenario } from "./scenario.ts";

/** A scenario's file, a line for each message: a change of one is a line of a diff. */
export function scenarioText({ about, organizations, messages }: Scenario): string {
  return [
    `version: ${SCENARIO_VERSION}`,
    `about: ${JSON.stringify(about)}`,
    `organizations: ${organizations}`,
    "messages:",
    ...messages.map(
      ({ atMs, conversation, aiMs, text }) =>
        `  - { atMs: ${atMs}, conversation: ${conversation}, aiMs: ${aiMs}, text: ${JSON.stringify(text)} }`,
    ),
    "",
  ].join("\n");
}
