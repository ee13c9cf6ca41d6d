import { z } from "zod";
import type { Account } from "../account.ts";
import type { LogEvent, LogStreams } from "../log-streams.ts";
import { AwsRefused } from "../refused.ts";
import type { Service } from "./answer.ts";

const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const MOST = 10_000;

const group = { logGroupName: z.string().optional(), logGroupIdentifier: z.string().optional() };
const span = { startTime: z.number().default(0), endTime: z.number().default(Number.MAX_SAFE_INTEGER) };
const page = { limit: z.int().min(1).max(MOST).default(MOST), nextToken: z.string().optional() };
const filtering = z.object({
  ...group,
  ...span,
  ...page,
  logStreamNames: z.array(z.string()).max(100).optional(),
  logStreamNamePrefix: z.string().optional(),
  interleaved: z.boolean().optional(),
});
const getting = z.object({
  ...group,
  ...span,
  ...page,
  logStreamName: z.string(),
  startFromHead: z.boolean().default(false),
});
const listing = z.object({
  ...group,
  limit: z.int().max(50).default(50),
  nextToken: z.string().optional(),
  logStreamNamePrefix: z.string().default(""),
  orderBy: z.enum(["LogStreamName", "LastEventTime"]).default("LogStreamName"),
  descending: z.boolean().default(false),
});

/** CloudWatch's logs, as far as they are read. A pattern to filter by is refused: nobody here uses one. */
export function logs(account: Account, streams: LogStreams): Service {
  const known = ({
    logGroupName,
    logGroupIdentifier,
  }: {
    logGroupName?: string | undefined;
    logGroupIdentifier?: string | undefined;
  }): string => {
    const name = logGroupName ?? logGroupIdentifier?.split(":log-group:").at(-1) ?? "";
    if (account.find(LOG_GROUP, name) === undefined)
      throw new AwsRefused("ResourceNotFoundException", "The specified log group does not exist.");
    return name;
  };
  return {
    FilterLogEvents: async ({ body }) => {
      if ("filterPattern" in body)
        throw new AwsRefused("InvalidParameterException", "this emulator knows no patterns");
      const asked = filtering.parse(body);
      const { logStreamNames, logStreamNamePrefix = "", limit, nextToken = "0" } = asked;
      const all = await streams.of(known(asked));
      const events = all
        .filter(({ name }) => logStreamNames?.includes(name) ?? name.startsWith(logStreamNamePrefix))
        .flatMap(({ name, events: each }) => each.filter(isWithin(asked)).map((event) => shown(event, name)))
        .toSorted((one, other) => one.timestamp - other.timestamp);
      const end = Number(nextToken) + limit;
      return {
        events: events.slice(Number(nextToken), end),
        searchedLogStreams: [],
        ...(end < events.length ? { nextToken: `${end}` } : {}),
      };
    },
    GetLogEvents: async ({ body }) => {
      const asked = getting.parse(body);
      const stream = (await streams.of(known(asked))).find(({ name }) => name === asked.logStreamName);
      if (stream === undefined)
        throw new AwsRefused("ResourceNotFoundException", "The specified log stream does not exist.");
      const events = stream.events.filter(isWithin(asked));
      const { limit, startFromHead, nextToken } = asked;
      const from = firstOf(nextToken, events.length, limit, startFromHead);
      const some = events.slice(from, from + limit);
      return {
        events: some.map(({ timestamp, message }) => ({ timestamp, message, ingestionTime: timestamp })),
        nextForwardToken: `f/${from + some.length}`,
        nextBackwardToken: `b/${from}`,
      };
    },
    DescribeLogStreams: async ({ body }) => {
      const asked = listing.parse(body);
      const all = (await streams.of(known(asked)))
        .filter(({ name }) => name.startsWith(asked.logStreamNamePrefix))
        .toSorted((one, other) => one.name.localeCompare(other.name));
      if (asked.orderBy === "LastEventTime")
        all.sort((one, other) => lastOf(one.events) - lastOf(other.events));
      const ordered = asked.descending ? all.toReversed() : all;
      return {
        logStreams: ordered.slice(0, asked.limit).map(({ name, events }) => ({
          logStreamName: name,
          lastEventTimestamp: events.length === 0 ? undefined : lastOf(events),
        })),
      };
    },
  };
}

/** `f/<n>` goes on from there, `b/<n>` ends there; without one it is the beginning or the end. */
function firstOf(token: string | undefined, count: number, limit: number, fromHead: boolean): number {
  const [direction, at] = (token ?? "").split("/");
  if (direction === "f") return Math.min(Number(at), count);
  if (direction === "b") return Math.max(0, Number(at) - limit);
  return fromHead ? 0 : Math.max(0, count - limit);
}

function isWithin({
  startTime,
  endTime,
}: {
  startTime: number;
  endTime: number;
}): (event: LogEvent) => boolean {
  return ({ timestamp }) => timestamp >= startTime && timestamp < endTime;
}

function lastOf(events: readonly LogEvent[]): number {
  return events.at(-1)?.timestamp ?? 0;
}

function shown({ id, timestamp, message }: LogEvent, logStreamName: string) {
  return { eventId: id, logStreamName, timestamp, ingestionTime: timestamp, message };
}
