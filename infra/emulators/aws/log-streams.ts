import type { Container } from "../containers.ts";
import type { EcsServices } from "./ecs/services.ts";
import type { Task } from "./ecs/task.ts";

export interface LogEvent {
  readonly id: string;
  /** When it was first looked at, in ms: processes say no time of their own. */
  readonly timestamp: number;
  readonly message: string;
}

export interface LogStream {
  readonly group: string;
  readonly name: string;
  readonly events: readonly LogEvent[];
}

interface Kept extends LogStream {
  readonly events: LogEvent[];
  readonly container: Container;
}

const DIGITS = 56;

/** What the tasks printed: a stream for each, `<prefix>/<container>/<task>`, which stays when it has ended. */
export class LogStreams {
  readonly #services: EcsServices;
  readonly #kept = new Map<Task, Kept>();
  #last = 0;
  #count = 0;
  #looking: Promise<void> = Promise.resolve();

  constructor(services: EcsServices) {
    this.#services = services;
  }

  /** @param group of which they are */
  async of(group: string): Promise<readonly LogStream[]> {
    // One look after the other: a line is taken in once.
    this.#looking = this.#looking.then(() => this.#look());
    await this.#looking;
    return [...this.#kept.values()].filter((stream) => stream.group === group);
  }

  async #look(): Promise<void> {
    for (const task of this.#services.running.flatMap(({ service }) => service.tasks)) {
      const stream = this.#streamOf(task);
      if (stream === undefined) continue;
      const printed = await stream.container.printed();
      for (const message of printed.slice(stream.events.length)) stream.events.push(this.#event(message));
    }
  }

  #streamOf(task: Task): Kept | undefined {
    const { container: running, definition } = task;
    const options = definition.container.logConfiguration?.options;
    if (running === undefined || options === undefined) return undefined;
    const known = this.#kept.get(task) ?? {
      group: options["awslogs-group"],
      name: `${options["awslogs-stream-prefix"]}/${definition.container.name}/${task.id}`,
      events: [],
      container: running,
    };
    this.#kept.set(task, known);
    return known;
  }

  #event(message: string): LogEvent {
    // Each its own: whoever reads on begins after the last one that it saw.
    this.#last = Math.max(Date.now(), this.#last + 1);
    return { id: `${++this.#count}`.padStart(DIGITS, "0"), timestamp: this.#last, message };
  }
}
