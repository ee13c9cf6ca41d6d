import { status, type sendUnaryData, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { ResourceProviderService } from "./protocol.ts";

/** For every method of a provider: a refusal that names it. @param provider its name */
export function unimplemented(provider: string): UntypedServiceImplementation {
  const entries = Object.entries(ResourceProviderService).map(([name, { responseStream }]) => {
    const refusal = { code: status.UNIMPLEMENTED, details: `the provider ${provider} has no ${name}` };
    const refuse = responseStream
      ? (call: { emit(event: "error", refusal: object): void }) => call.emit("error", refusal)
      : (_: unknown, callback: sendUnaryData<never>) => callback(refusal);
    return [name, refuse];
  });
  return Object.fromEntries(entries) as UntypedServiceImplementation;
}
