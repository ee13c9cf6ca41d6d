import type { Meter } from "../../cost-item.ts";
import { MONTH_HOURS } from "../../cost-item.ts";
import type { StackPlan } from "../../plan.ts";
import { known, mapped, product, sum, unknown, type Estimate } from "../estimate.ts";
import { measuredOf, type UsedFacts } from "../facts.ts";

const MONTH_MINUTES = MONTH_HOURS * 60;
const MS_PER_MINUTE = 60_000;
const BYTES_PER_GB = 1e9;
const MB_PER_GB = 1_000;

/** Why something is unknown of which no usage was given. */
export const USAGE_NOT_GIVEN = { messages: "messages a month", sessions: "WhatsApp sessions" } as const;

/** What each meter would show after a month of that plan at that usage, from what was measured of this worker. */
export function metersOf(plan: StackPlan, parts: UsedFacts): Readonly<Record<Meter, Estimate>> {
  const { usage } = parts;
  const measured = (id: string): Estimate => measuredOf(id, parts);
  const processes = processesOf(plan);
  const messages: Estimate =
    usage.messages === undefined ? unknown(USAGE_NOT_GIVEN.messages) : { kind: "known", ...usage.messages };
  const sessions: Estimate =
    usage.sessions === undefined ? unknown(USAGE_NOT_GIVEN.sessions) : { kind: "known", ...usage.sessions };
  /** Of all processes in a month: what idles, by the minute, and what each message adds. */
  const monthly = (idle: Estimate, message: Estimate): Estimate =>
    sum([product(product(idle, known(MONTH_MINUTES)), processes), product(message, messages)]);
  /** Of all sessions in a month. */
  const ofSessions = (what: string): Estimate =>
    product(product(measured(`oxy/session/${what}`), known(MONTH_MINUTES)), sessions);
  const gb = (bytes: Estimate): Estimate => mapped(bytes, (count) => count / BYTES_PER_GB);
  const vcpu = (ms: Estimate): Estimate => mapped(ms, (count) => count / (MONTH_MINUTES * MS_PER_MINUTE));
  const { profile } = usage;
  return {
    "store-commands": monthly(
      counted((scenario) => measured(`oxy/idle/commands-minute/${profile}/${scenario}`)),
      counted((scenario) => measured(`oxy/message/commands/${scenario}`)),
    ),
    "internet-gb": gb(
      sum([ofSessions("egress-bytes-minute"), monthly(known(0), measured("oxy/message/egress-bytes"))]),
    ),
    "to-store-gb": gb(
      monthly(measured("oxy/idle/to-store-bytes-minute"), measured("oxy/message/to-store-bytes")),
    ),
    "from-store-gb": gb(
      monthly(measured("oxy/idle/from-store-bytes-minute"), measured("oxy/message/from-store-bytes")),
    ),
    "log-gb": gb(monthly(measured("oxy/idle/log-bytes-minute"), measured("oxy/message/log-bytes"))),
    "process-memory-gb": mapped(measured("oxy/idle/memory-mb"), (mb) => mb / MB_PER_GB),
    "sessions-memory-gb": mapped(
      product(measured("oxy/session/memory-mb"), sessions),
      (mb) => mb / MB_PER_GB,
    ),
    "process-vcpu": vcpu(
      sum([
        ofSessions("cpu-ms-minute"),
        monthly(measured("oxy/idle/cpu-ms-minute"), measured("oxy/message/cpu-ms")),
      ]),
    ),
    "store-memory-gb": mapped(
      sum([measured("oxy/store/memory-mb"), product(measured("oxy/session/store-mb"), sessions)]),
      (mb) => mb / MB_PER_GB,
    ),
    "store-vcpu": vcpu(
      sum([
        product(measured("oxy/store/cpu-ms-minute"), known(MONTH_MINUTES)),
        product(measured("oxy/message/store-cpu-ms"), messages),
      ]),
    ),
  };
}

/** Whether commands inside scripts are billed is not settled: from those that clients send, to all of them. */
function counted(of: (scenario: "client" | "inside") => Estimate): Estimate {
  const client = of("client");
  const all = sum([client, of("inside")]);
  if (client.kind === "unknown" || all.kind === "unknown") return all;
  return known(client.low, all.high);
}

/** That hold sessions, which is what idles at the store: at the least, and at the most. */
function processesOf({ fleets }: StackPlan): Estimate {
  const holding = fleets.flatMap(({ processes }) => processes.filter(({ role }) => role !== "web"));
  return sum(holding.map(({ copies }) => known(copies.least, copies.most)));
}
