import { credentials } from "@grpc/grpc-js";
import { EngineClient, LogRequest, LogSeverity } from "./protocol.ts";

/** Where messages go: to the engine when there is one, to stderr otherwise. */
export class Engine {
  #address: string | undefined;
  #client: InstanceType<typeof EngineClient> | undefined;
  readonly #log: (line: string) => void;

  constructor(address: string | undefined, log: (line: string) => void) {
    this.#log = log;
    if (address !== undefined) this.attach(address);
  }

  attach(address: string): void {
    if (address === this.#address) return;
    this.#address = address;
    this.#client?.close();
    this.#client = new EngineClient(address, credentials.createInsecure());
  }

  /** Shows what a resource is doing, in place of what it was doing before. */
  status(urn: string, message: string): void {
    if (this.#client === undefined) {
      this.#log(`${urn}: ${message}`);
      return;
    }
    const request = new LogRequest();
    request.setSeverity(LogSeverity.INFO);
    request.setUrn(urn);
    request.setMessage(message);
    request.setEphemeral(true);
    this.#client.log(request, (error) => {
      if (error !== null) this.#log(`${urn}: ${message}`);
    });
  }

  close(): void {
    this.#client?.close();
  }
}
