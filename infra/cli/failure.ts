/**
 * Exit codes, as Pulumi's own command has them (its `cmdutil/exit.go`, v3.259). Only for what was interrupted, that
 * command ends with 1 where its own list has `cancelled`; we keep to the list.
 */
export const EXIT = { error: 1, configuration: 2, stackNotFound: 6, noChanges: 7, cancelled: 8 } as const;

/** A command cannot do what it was asked; the message is one sentence for the user. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.error) {
    super(message);
    this.exitCode = exitCode;
  }
}
