import type { CapacityInput } from "./input.ts";
import { quantilesOf } from "./quantiles.ts";
import type { Backlog, CapacityResult, ReplyTimes } from "./result.ts";

interface BurstSeen {
  readonly fromMs: number;
  readonly untilMs: number;
  most: number;
  goneAtMs: number | undefined;
}

/** What is counted while a simulation runs. Messages that arrived in its warm-up are left out of all that is said. */
export class Measures {
  readonly #input: CapacityInput;
  readonly #fromMs: number;
  readonly #untilMs: number;
  readonly #replies: number[] = [];
  readonly #aiMs: number[] = [];
  readonly #storeMs: number[] = [];
  readonly #bursts: readonly BurstSeen[];
  #now = 0;
  #arrived = 0;
  #arrivedInWarmUp = 0;
  #answered = 0;
  #joined = 0;
  #failed = 0;
  #left = 0;
  #late = 0;
  #turns = 0;
  #held = 0;
  #busy = 0;
  #inLine = 0;
  #unbegun = 0;
  #begunCount = 0;
  #untilTurnMs = 0;
  #busyMs = 0;
  #unbegunMs = 0;
  #most = 0;
  #mostAtMs = 0;

  constructor(input: CapacityInput) {
    this.#input = input;
    this.#fromMs = input.arrivals.warmUpMs ?? 0;
    this.#untilMs = input.arrivals.durationMs;
    this.#bursts = (input.arrivals.bursts ?? []).map(({ atMs, withinMs }) => ({
      fromMs: atMs,
      untilMs: atMs + withinMs,
      most: 0,
      goneAtMs: undefined,
    }));
  }

  /** Time goes on to `now`; what happens then is told after it. */
  at(now: number): void {
    const span = Math.min(now, this.#untilMs) - Math.max(this.#now, this.#fromMs);
    if (span > 0) {
      this.#busyMs += this.#busy * span;
      this.#unbegunMs += this.#unbegun * span;
    }
    this.#settleBursts(now);
    this.#now = now;
  }

  arrived(now: number): void {
    if (now < this.#fromMs) this.#arrivedInWarmUp++;
    else this.#arrived++;
    this.#unbegun++;
    if (now >= this.#fromMs && this.#unbegun > this.#most) {
      this.#most = this.#unbegun;
      this.#mostAtMs = now;
    }
    for (const burst of this.#bursts)
      if (now >= burst.fromMs && burst.goneAtMs === undefined)
        burst.most = Math.max(burst.most, this.#unbegun);
  }

  /** A message has its turn. */
  begun(now: number, arrivedAt: number): void {
    this.#unbegun--;
    if (arrivedAt < this.#fromMs) return;
    this.#begunCount++;
    this.#untilTurnMs += now - arrivedAt;
  }

  turn(): void {
    if (this.#now >= this.#fromMs) this.#turns++;
  }

  held(): void {
    if (this.#now >= this.#fromMs) this.#held++;
  }

  /** Wake-ups that wait for a slot. */
  queued(more: 1 | -1): void {
    this.#inLine += more;
  }

  /** Since the event before this one nothing has changed. */
  #settleBursts(now: number): void {
    if (this.#inLine > 0) return;
    for (const burst of this.#bursts)
      if (burst.goneAtMs === undefined && now > burst.untilMs)
        burst.goneAtMs = Math.max(burst.untilMs, this.#now);
  }

  occupied(slots: 1 | -1): void {
    this.#busy += slots;
  }

  answered(
    { arrivedAt, seenAt }: { readonly arrivedAt: number; readonly seenAt: number },
    { aiMs, storeMs, joined }: { readonly aiMs: number; readonly storeMs: number; readonly joined: boolean },
  ): void {
    if (arrivedAt < this.#fromMs) {
      this.#left++;
      return;
    }
    if (joined) this.#joined++;
    else this.#answered++;
    const reply = seenAt - arrivedAt;
    if (reply > this.#input.objectiveMs) this.#late++;
    this.#replies.push(reply);
    this.#aiMs.push(aiMs);
    this.#storeMs.push(storeMs);
  }

  failed(arrivedAt: number): void {
    if (arrivedAt < this.#fromMs) this.#left++;
    else this.#failed++;
  }

  result(): CapacityResult {
    const seen = this.#answered + this.#joined;
    const { processes, concurrency } = this.#input;
    const spanMs = Math.max(0, Math.min(this.#now, this.#untilMs) - this.#fromMs);
    const times = this.#times();
    return {
      arrived: this.#arrived,
      answered: this.#answered,
      joined: this.#joined,
      failed: this.#failed,
      waiting: this.#arrived + this.#arrivedInWarmUp - seen - this.#failed - this.#left,
      ...(times === undefined ? {} : { times, lateShare: this.#late / seen }),
      ...(this.#turns === 0 ? {} : { heldShare: this.#held / this.#turns }),
      spanMs,
      utilisation: spanMs === 0 ? 0 : this.#busyMs / spanMs / (processes * concurrency),
      backlog: this.#backlog(),
      meanBacklog: spanMs === 0 ? 0 : this.#unbegunMs / spanMs,
      ...(this.#begunCount === 0 ? {} : { meanUntilTurnMs: this.#untilTurnMs / this.#begunCount }),
    };
  }

  #times(): ReplyTimes | undefined {
    const reply = quantilesOf(new Float64Array(this.#replies));
    const ai = quantilesOf(new Float64Array(this.#aiMs));
    const sendMs = sendMsOf(this.#input);
    const waiting = quantilesOf(
      Float64Array.from(this.#replies, (replyMs, index) => {
        const known = (this.#aiMs[index] ?? 0) + (this.#storeMs[index] ?? 0) + sendMs;
        // What floats round is no time.
        return replyMs - known < 1e-6 ? 0 : replyMs - known;
      }),
    );
    if (reply === undefined || ai === undefined || waiting === undefined) return undefined;
    const storeMs = this.#storeMs.reduce((sum, each) => sum + each, 0) / this.#storeMs.length;
    return { reply, waiting, ai, storeMs, sendMs };
  }

  #backlog(): Backlog {
    return {
      most: this.#most,
      atMs: this.#mostAtMs,
      bursts: this.#bursts.map(({ most, untilMs, goneAtMs }) => ({
        most,
        ...(goneAtMs === undefined ? {} : { goneAfterSeconds: (goneAtMs - untilMs) / 1_000 }),
      })),
    };
  }
}

/** What a message and its answer cost the process, and the way to WhatsApp's server. */
function sendMsOf({ processor, whatsappRttMs }: CapacityInput): number {
  const computed = processor === undefined ? 0 : processor.msPerMessage / Math.min(1, processor.share);
  return computed + whatsappRttMs / 2;
}
