/** The sources do not compile; the message says where and why. */
export class SourceError extends Error {
  override readonly name = "SourceError";
}
