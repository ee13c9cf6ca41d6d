import { releasing, type Advice, type AdviceParts } from "./advice.ts";
import { describedDatabase } from "./found.ts";
import { planOf } from "./stack-text.ts";

/** What is unwise about the database. */
export function aboutStore({ selection, stack }: AdviceParts): Advice[] {
  const database = selection.database.thing;
  const { name, plan, eviction, autoUpgrade } = describedDatabase(database, []);
  return [
    ...(eviction
      ? [
          {
            topic: "eviction",
            what: `database "${name}" evicts when it is full`,
            why: "BullMQ needs noeviction: jobs and sessions would go without a word. The worker refuses such a Redis",
            steps: [`${releasing("store", stack)}, before the fleet`],
          },
        ]
      : []),
    ...(autoUpgrade
      ? [
          {
            topic: "auto-upgrade",
            what: `database "${name}" changes its plan by itself`,
            why: "what it costs is then said nowhere; here the stack's config says the plan",
            steps: [releasing("store", stack)],
          },
        ]
      : []),
    ...(plan === "payg" || plan === "free"
      ? [
          {
            topic: "plan",
            what: `database "${name}" is on plan ${plan}, which counts commands`,
            why:
              "queue workers ask all the time: three idle ones make 3.4 to 15 million commands a month, 7 to 30 USD on pay-as-you-go, " +
              "and the 500,000 of free last 1 to 5 days; a fixed plan counts none (250mb: 10 USD)",
            steps: ["write plan: 250mb under store in the stack's file", releasing("store", stack)],
          },
        ]
      : []),
    ...(planOf(selection) === undefined
      ? [
          {
            topic: "plan",
            what: `Upstash does not say on which plan database "${name}" is`,
            why: "taking over would put it on the plan that the stack's file says",
            steps: [
              `write its plan under store in the stack's file before hold goes, npx oxy preview -s ${stack}`,
            ],
          },
        ]
      : []),
  ];
}
