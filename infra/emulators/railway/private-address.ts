import { randomInt } from "node:crypto";
import { Route } from "../route.ts";

const TRIES = 20;

/**
 * A service's address in the private network: a host of its own on the loopback, so that, as at Railway, many of them
 * listen at the same port. All of 127.0.0.0/8 is the loopback on Linux.
 */
export interface PrivateAddress {
  readonly host: string;
  readonly route: Route;
}

export async function openPrivateAddress(port: number): Promise<PrivateAddress> {
  for (let attempt = 1; ; attempt++) {
    const host = ["127", randomInt(1, 255), randomInt(1, 255), randomInt(1, 255)].join(".");
    try {
      return { host, route: await Route.open({ host, port }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || attempt === TRIES) throw error;
    }
  }
}
