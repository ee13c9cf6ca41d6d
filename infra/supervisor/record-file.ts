import { renameSync, writeFileSync } from "node:fs";
import { recordPath, type ServiceRecord } from "./record.ts";

/** Ms until a record that could not be written, as on a full disk, is tried again. */
const RETRY_MS = 1_000;

/** The record as its supervisor keeps it. */
export class RecordFile {
  readonly #path: string;
  #current: ServiceRecord;
  #retry: NodeJS.Timeout | undefined;

  /** Nothing is written before the first change. */
  constructor(directory: string, initial: ServiceRecord) {
    this.#path = recordPath(directory);
    this.#current = initial;
  }

  get current(): ServiceRecord {
    return this.#current;
  }

  /** Never fails: a service does not end because its record cannot be written. */
  change(change: Partial<ServiceRecord>): void {
    this.#current = { ...this.#current, ...change };
    this.#write();
  }

  #write(): void {
    clearTimeout(this.#retry);
    const temporary = `${this.#path}.new`;
    try {
      // Synchronously: a killed supervisor must not leave a child that is in no record, nor changes in disorder.
      writeFileSync(temporary, `${JSON.stringify(this.#current, undefined, 2)}\n`, { mode: 0o600 });
      renameSync(temporary, this.#path);
      this.#retry = undefined;
    } catch (error) {
      if (this.#retry === undefined) process.stderr.write(`the record was not written: ${String(error)}\n`);
      this.#retry = setTimeout(() => this.#write(), RETRY_MS);
    }
  }
}
