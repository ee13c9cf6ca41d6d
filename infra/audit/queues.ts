import type { Reading } from "./connection.ts";

/** Keys that are looked through for queues, at most; in rounds of so many. */
const KEYS_MAX = 1_000_000;
const ROUND = 1_000;
/** Jobs under way whose locks are looked at, by queue. */
const LOCKS_MAX = 100;
/** BullMQ 4 puts these among the waiting, to wake a worker for a delayed job. */
const MARKER = "0:";

/** A queue of BullMQ. */
export interface QueueName {
  readonly prefix: string;
  readonly name: string;
}

export interface FoundQueues {
  readonly queues: readonly QueueName[];
  /** False where there are more keys than were looked through. */
  readonly complete: boolean;
}

/** How a queue stands, by counters alone: no job is read. */
export interface QueueState extends QueueName {
  /** Of whoever added the last queue object, such as `bullmq:5.81.5`. */
  readonly version?: string;
  readonly paused: boolean;
  /** Those with a priority among them. */
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  readonly completed: number;
  /** Jobs ever added. */
  readonly added: number;
  /** When the next job that waits was added, in ms since the epoch; missing where none waits. */
  readonly oldestAt?: number;
  /** Under way, and no worker holds its lock: whoever had it is gone. */
  readonly stalled: number;
}

/** Every BullMQ queue has a hash `<prefix>:<queue>:meta`, and others may have one, too. */
export async function findQueues(reading: Reading): Promise<FoundQueues> {
  const found: QueueName[] = [];
  let cursor = "0";
  let looked = 0;
  do {
    const [next, keys] = await reading.scan(cursor, "*:meta", "hash", ROUND);
    // A key may come twice.
    for (const key of keys) {
      const queue = await queueOf(reading, key);
      if (queue !== undefined && !found.some((other) => keyOf(other) === keyOf(queue))) found.push(queue);
    }
    cursor = next;
    looked += ROUND;
  } while (cursor !== "0" && looked < KEYS_MAX);
  const queues = found.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  return { queues, complete: cursor === "0" };
}

/** Where prefix and name part is not told by a key with more colons; most prefixes have none. */
async function queueOf(reading: Reading, key: string): Promise<QueueName | undefined> {
  const [, prefix, name] = /^(.*?):(.+):meta$/.exec(key) ?? [];
  if (prefix === undefined || name === undefined) return undefined;
  const [version, maxLenEvents] = await reading.fields(key, "version", "opts.maxLenEvents");
  return version?.startsWith("bullmq") === true || maxLenEvents !== null ? { prefix, name } : undefined;
}

/** What of a queue tells whether anything happens in it. */
export interface QueueActivity {
  readonly added: number;
  readonly active: number;
  /** Waiting, delayed or under way. */
  readonly backlog: number;
}

export async function queueActivity(reading: Reading, queue: QueueName): Promise<QueueActivity> {
  const [added, active, waiting, delayed] = await Promise.all([
    addedTo(reading, queue),
    reading.listLength(partOf(queue, "active")),
    waitingIn(reading, queue),
    reading.setSize(partOf(queue, "delayed")),
  ]);
  return { added, active, backlog: waiting + delayed + active };
}

export async function queueState(reading: Reading, queue: QueueName): Promise<QueueState> {
  const [meta, waiting, active, delayed, failed, completed, added, next, stalled] = await Promise.all([
    reading.fields(partOf(queue, "meta"), "version", "paused"),
    waitingIn(reading, queue),
    reading.listLength(partOf(queue, "active")),
    reading.setSize(partOf(queue, "delayed")),
    reading.setSize(partOf(queue, "failed")),
    reading.setSize(partOf(queue, "completed")),
    addedTo(reading, queue),
    nextIn(reading, queue),
    stalledIn(reading, queue),
  ]);
  const [version, paused] = meta;
  const { oldestAt, markers } = next;
  return {
    ...queue,
    ...(version == null ? {} : { version }),
    paused: paused != null,
    waiting: Math.max(0, waiting - markers),
    active,
    delayed,
    failed,
    completed,
    added,
    ...(oldestAt === undefined ? {} : { oldestAt }),
    stalled,
  };
}

function keyOf({ prefix, name }: QueueName): string {
  return `${prefix}:${name}`;
}

function partOf(queue: QueueName, part: string): string {
  return `${keyOf(queue)}:${part}`;
}

/** BullMQ counts every job that is added, whatever its id. */
async function addedTo(reading: Reading, queue: QueueName): Promise<number> {
  return Number((await reading.get(partOf(queue, "id"))) ?? 0);
}

/** Markers of BullMQ 4 among them. */
async function waitingIn(reading: Reading, queue: QueueName): Promise<number> {
  const counts = await Promise.all([
    reading.listLength(partOf(queue, "wait")),
    // Where a paused queue keeps them up to BullMQ 5.
    reading.listLength(partOf(queue, "paused")),
    reading.setSize(partOf(queue, "prioritized")),
  ]);
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * When the job that is next was added, of those with a priority and of those without one whichever is older; and how
 * many of those that wait are markers.
 */
async function nextIn(
  reading: Reading,
  queue: QueueName,
): Promise<{ readonly oldestAt: number | undefined; readonly markers: number }> {
  // A worker takes from the end of the list.
  const [wait, paused, prioritized] = await Promise.all([
    reading.listItems(partOf(queue, "wait"), -2, -1),
    reading.listItems(partOf(queue, "paused"), -2, -1),
    reading.sortedItems(partOf(queue, "prioritized"), 0, 0),
  ]);
  const isJob = (id: string): boolean => !id.startsWith(MARKER);
  const last = (ids: readonly string[]): readonly string[] => ids.filter(isJob).slice(-1);
  const next = [...last(wait), ...last(paused), ...prioritized];
  const stamps = await Promise.all(next.map((id) => reading.fields(partOf(queue, id), "timestamp")));
  const times = stamps.flatMap(([stamp]) => (stamp == null ? [] : [Number(stamp)])).filter(Number.isFinite);
  return {
    oldestAt: times.length === 0 ? undefined : Math.min(...times),
    markers: [...wait, ...paused].filter((id) => !isJob(id)).length,
  };
}

async function stalledIn(reading: Reading, queue: QueueName): Promise<number> {
  const active = partOf(queue, "active");
  const ids = await reading.listItems(active, 0, LOCKS_MAX - 1);
  const held = await Promise.all(ids.map((id) => reading.exists(partOf(queue, `${id}:lock`))));
  const unheld = ids.filter((_id, index) => held[index] !== true);
  if (unheld.length === 0) return 0;
  // Between the two questions it may have been done, or its lock renewed.
  const still = new Set(await reading.listItems(active, 0, LOCKS_MAX - 1));
  const again = await Promise.all(
    unheld.map(async (id) => still.has(id) && !(await reading.exists(partOf(queue, `${id}:lock`)))),
  );
  return again.filter(Boolean).length;
}
