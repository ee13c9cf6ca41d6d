import { join } from "node:path";

/** Where the services of all stacks are kept on this machine. */
export function servicesFolder(home: string): string {
  return join(home, "services");
}

/** And those of one. */
export function stackFolder(home: string, stack: string): string {
  return join(servicesFolder(home), stack);
}

/** A process of a fleet. */
export function processFolder(home: string, stack: string, fleet: string, process: string): string {
  return join(stackFolder(home, stack), `${fleet}-${process}`);
}

/** The store of a stack. No fleet's process has such a name. */
export function storeFolder(home: string, stack: string): string {
  return join(stackFolder(home, stack), "store");
}
