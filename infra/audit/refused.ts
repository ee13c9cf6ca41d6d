/** A Redis cannot be audited; the message is one sentence that says why and what to change, without a password. */
export class AuditRefused extends Error {
  override readonly name = "AuditRefused";
}
