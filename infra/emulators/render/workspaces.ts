import { Refusal } from "../emulator.ts";
import { newId } from "./ids.ts";

export interface Workspace {
  readonly id: string;
  readonly name: string;
  /** Autoscaling is for `pro` and higher. */
  readonly plan: "hobby" | "pro";
}

interface RegistryCredential {
  readonly id: string;
  readonly ownerId: string;
  readonly name: string;
  readonly username: string;
  readonly registry: string;
  readonly updatedAt: string;
}

/** Whom the key lets in, and what their services pull images with. */
export class Workspaces {
  readonly all: readonly Workspace[];
  readonly #credentials: RegistryCredential[] = [];

  constructor(all: readonly Workspace[]) {
    this.all = all;
  }

  /** @throws Refusal */
  known(id: string): Workspace {
    const found = this.all.find((workspace) => workspace.id === id);
    if (found === undefined) throw new Refusal(400, `unknown ownerId: ${id}`);
    return found;
  }

  addCredential(given: Omit<RegistryCredential, "id" | "updatedAt">): object {
    this.known(given.ownerId);
    const { ownerId, name, username, registry } = given;
    const credential = { id: newId("rgc"), ownerId, name, username, registry, updatedAt: now() };
    this.#credentials.push(credential);
    return shown(credential);
  }

  credentials(ownerId?: string): object[] {
    return this.#credentials
      .filter((credential) => ownerId === undefined || credential.ownerId === ownerId)
      .map(shown);
  }

  /** @throws Refusal */
  credential(id: string): { readonly id: string; readonly name: string } {
    const found = this.#credentials.find((credential) => credential.id === id);
    if (found === undefined) throw new Refusal(400, `unknown registry credential: ${id}`);
    return { id: found.id, name: found.name };
  }
}

/** As Render shows it. */
export function owner({ id, name }: Workspace) {
  return { id, name, email: "rehearsal@offline.invalid", type: "team" };
}

function shown({ ownerId: _ownerId, ...credential }: RegistryCredential): object {
  return credential;
}

function now(): string {
  return new Date().toISOString();
}
