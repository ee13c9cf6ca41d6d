import { basename, dirname } from "node:path";
import { Writable } from "node:stream";
import { createStream, type RotatingFileStream } from "rotating-file-stream";
import type { LogLimits } from "./supervision.ts";

/** Ms that lines are dropped for before the file is tried again. */
const RETRY_MS = 1_000;

/**
 * Appends to a file, and to a new one when it is full; older ones are `<path>.1`, `<path>.2` and so on. It never
 * fails: what cannot be written, as on a full disk, is dropped, for the service is worth more than its log.
 */
export function openServiceLog(path: string, { fileBytes, files }: LogLimits): Writable {
  let retryAt = 0;
  const open = (): RotatingFileStream => {
    const opened = createStream(basename(path), {
      path: dirname(path),
      size: `${fileBytes}B`,
      rotate: files - 1,
      mode: 0o600,
    });
    // A stream that failed once is of no use any more.
    return opened.on("error", () => {
      file = undefined;
      retryAt = performance.now() + RETRY_MS;
    });
  };

  let file: RotatingFileStream | undefined = open();

  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (file === undefined && performance.now() < retryAt) {
        done();
        return;
      }
      file ??= open();
      file.write(chunk, () => done());
    },
    final(done) {
      if (file === undefined) done();
      else file.end(() => done());
    },
  });
}
