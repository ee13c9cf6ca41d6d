import type { RedisFigures } from "./counted-redis.ts";
import type { StationFigures } from "./station.ts";

/** A measured number under the name that the catalogue has for it. */
export interface Fact {
  readonly id: string;
  readonly unit: string;
  readonly low: number;
  readonly high: number;
}

/** A worker before and after, and how many messages it has answered between. */
interface Span {
  readonly before: StationFigures;
  readonly after: StationFigures;
  readonly messages: number;
}

interface RedisSpan {
  readonly before: RedisFigures;
  readonly after: RedisFigures;
}

/** All that one run has counted. */
export interface Measurement {
  /** Of idling. */
  readonly seconds: number;
  /** `none`, `one` and `ten` sessions at the default lease, and one at a short lease. */
  readonly idle: Readonly<Record<"none" | "one" | "ten" | "economy" | "fast", Span>>;
  readonly idlePlain: readonly RedisSpan[];
  readonly single: Span;
  /** Many customers at once who never wrote before, and the same once more. */
  readonly first: Span;
  readonly again: Span;
  readonly jobs: readonly (RedisSpan & { readonly jobs: number; readonly elapsedMs: number })[];
}

type Read<Figures> = (figures: Figures) => number;

const MS_PER_MINUTE = 60_000;

/** What can be read of a station, with how the catalogue calls it. */
const READINGS = {
  client: ({ redis }) => redis.clientTotal,
  inside: ({ redis }) => redis.inside,
  toStore: ({ toStoreBytes }) => toStoreBytes,
  fromStore: ({ fromStoreBytes }) => fromStoreBytes,
  egress: ({ egressBytes }) => egressBytes,
  log: ({ logBytes }) => logBytes,
  cpu: ({ process }) => process.cpuMs,
  storeCpu: ({ redis }) => redis.cpuMs,
} as const satisfies Record<string, Read<StationFigures>>;
type Reading = keyof typeof READINGS;

/** Ends of a range are measurements too: of idling by the number of sessions, of messages by how they arrive. */
export function asFacts(measurement: Measurement): Fact[] {
  const { idle, idlePlain, single, first, again, jobs } = measurement;
  const { none, one, ten, economy, fast } = idle;
  const idling = (reading: Reading, spans: readonly Span[] = [none, one, ten]): number[] =>
    spans.map((span) => perMinute(span, READINGS[reading]));
  const rates = { single: one, first: ten, again: ten };
  /** Without what the same worker takes when it idles as long. */
  const each = (reading: Reading): number[] =>
    Object.entries({ single, first, again }).map(([name, span]) => {
      const rest = perMinute(rates[name as keyof typeof rates], READINGS[reading]) * minutesOf(span);
      return Math.max(0, (difference(span, READINGS[reading]) - rest) / span.messages);
    });
  const plainIdle = (read: Read<RedisFigures>): number[] =>
    idlePlain.map(({ before, after }) => ((read(after) - read(before)) / measurement.seconds) * 60);
  const plainJob = (read: Read<RedisFigures>): number[] =>
    jobs.map(({ before, after, jobs: count, elapsedMs }, version) => {
      const rest = (plainIdle(read)[version]! * elapsedMs) / MS_PER_MINUTE;
      return Math.max(0, (read(after) - read(before) - rest) / count);
    });
  const memory = ({ after }: Span): number => after.process.memoryMb;
  const storeMemory = ({ after }: Span): number => after.redis.memoryMb;
  const clients: Read<RedisFigures> = ({ clientTotal }) => clientTotal;
  const insides: Read<RedisFigures> = ({ inside }) => inside;
  return [
    fact("oxy/idle/commands-minute/standard/client", "commands/minute", idling("client")),
    fact("oxy/idle/commands-minute/standard/inside", "commands/minute", idling("inside")),
    fact("oxy/idle/commands-minute/economy/client", "commands/minute", idling("client", [economy])),
    fact("oxy/idle/commands-minute/economy/inside", "commands/minute", idling("inside", [economy])),
    fact("oxy/idle/commands-minute/fast-failover/client", "commands/minute", idling("client", [fast])),
    fact("oxy/idle/commands-minute/fast-failover/inside", "commands/minute", idling("inside", [fast])),
    fact("oxy/idle/to-store-bytes-minute", "bytes/minute", idling("toStore")),
    fact("oxy/idle/from-store-bytes-minute", "bytes/minute", idling("fromStore")),
    fact("oxy/idle/log-bytes-minute", "bytes/minute", idling("log")),
    fact("oxy/idle/cpu-ms-minute", "ms/minute", idling("cpu")),
    fact("oxy/idle/memory-mb", "MB", [memory(none)]),
    fact("oxy/session/memory-mb", "MB", [perSession(ten, none, memory)]),
    fact("oxy/session/egress-bytes-minute", "bytes/minute", [
      ...idling("egress", [one]),
      perMinute(ten, READINGS.egress) / SESSIONS,
    ]),
    fact("oxy/session/cpu-ms-minute", "ms/minute", [
      perSession(ten, none, (span) => perMinute(span, READINGS.cpu)),
    ]),
    fact("oxy/session/store-mb", "MB", [perSession(ten, none, storeMemory)]),
    fact("oxy/store/memory-mb", "MB", [storeMemory(none)]),
    fact("oxy/store/cpu-ms-minute", "ms/minute", idling("storeCpu")),
    fact("oxy/message/commands/client", "commands/message", each("client")),
    fact("oxy/message/commands/inside", "commands/message", each("inside")),
    fact("oxy/message/to-store-bytes", "bytes/message", each("toStore")),
    fact("oxy/message/from-store-bytes", "bytes/message", each("fromStore")),
    fact("oxy/message/egress-bytes", "bytes/message", each("egress")),
    fact("oxy/message/log-bytes", "bytes/message", each("log")),
    fact("oxy/message/cpu-ms", "ms/message", each("cpu")),
    fact("oxy/message/store-cpu-ms", "ms/message", each("storeCpu")),
    fact("oxy/conversation/store-bytes", "bytes", [conversationBytes(first)]),
    fact("oxy/load/memory-mb", "MB", [again.after.process.peakMemoryMb]),
    fact("bullmq/idle/commands-minute/client", "commands/minute", plainIdle(clients)),
    fact("bullmq/idle/commands-minute/inside", "commands/minute", plainIdle(insides)),
    fact("bullmq/job/commands/client", "commands/job", plainJob(clients)),
    fact("bullmq/job/commands/inside", "commands/job", plainJob(insides)),
  ];
}

const SESSIONS = 10;
const BYTES_PER_MB = 1e6;

function fact(id: string, unit: string, measured: readonly number[]): Fact {
  return { id, unit, low: rounded(Math.min(...measured)), high: rounded(Math.max(...measured)) };
}

/** No measurement here is good for more than three digits. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function minutesOf({ before, after }: Span): number {
  return (after.at - before.at) / MS_PER_MINUTE;
}

function difference({ before, after }: Span, read: Read<StationFigures>): number {
  return read(after) - read(before);
}

function perMinute(span: Span, read: Read<StationFigures>): number {
  return difference(span, read) / minutesOf(span);
}

/** Between a worker that has so many and one that has none; two processes differ by more than their sessions. */
function perSession(ten: Span, none: Span, read: (span: Span) => number): number {
  return Math.max(0, (read(ten) - read(none)) / SESSIONS);
}

/** Of a customer who wrote once and was answered: the record, and the keys of the session with their phone. */
function conversationBytes({ before, after, messages }: Span): number {
  return ((after.redis.memoryMb - before.redis.memoryMb) * BYTES_PER_MB) / messages;
}
