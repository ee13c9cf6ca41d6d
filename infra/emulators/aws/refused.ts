/** AWS refuses a request: its code, and its words. */
export class AwsRefused extends Error {
  override readonly name = "AwsRefused";
  /** `ClusterNotFoundException` */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
