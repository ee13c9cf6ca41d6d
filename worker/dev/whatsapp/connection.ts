import { encodeBinaryNode, type BinaryNode, type proto } from "@whiskeysockets/baileys";
import type { RawData, WebSocket } from "ws";
import { decodeFrame, element } from "./node.ts";
import { framed, FrameReader, type ServerNoise } from "./noise.ts";
import type { Phone } from "./phone.ts";

/** What happens on a socket, in order. */
export interface ConnectionEvents {
  opened(connection: Connection, payload: proto.ClientPayload, noiseKey: Buffer): void;
  stanza(connection: Connection, node: BinaryNode): void;
  /** Called before a stanza is written; false swallows it. */
  writing(connection: Connection, node: BinaryNode): boolean;
  closed(connection: Connection): void;
  /** A frame could not be handled; the socket is closed. */
  failed(error: unknown): void;
}

/** One client socket: frames, encryption, and the faults that concern a socket alone. */
export class Connection {
  /** Set once the login was accepted. */
  phone: Phone | undefined;
  /** The client has said that it is ready for its stanzas. */
  active = false;
  readonly #socket: WebSocket;
  readonly #noise: ServerNoise;
  readonly #events: ConnectionEvents;
  readonly #reader = new FrameReader();
  #phase: "hello" | "finish" | "open" | "ended" = "hello";
  #stalled = false;
  #unread: Buffer[] = [];
  #unwritten: BinaryNode[] = [];

  constructor(socket: WebSocket, noise: ServerNoise, events: ConnectionEvents) {
    this.#socket = socket;
    this.#noise = noise;
    this.#events = events;
    socket.on("message", (data: RawData) => this.#received(data as Buffer));
    socket.on("close", () => {
      this.#phase = "ended";
      events.closed(this);
    });
    // An error is always followed by `close`.
    socket.on("error", () => {});
  }

  get stalled(): boolean {
    return this.#stalled;
  }

  send(node: BinaryNode): void {
    if (this.#phase !== "open") return;
    if (this.#stalled) {
      this.#unwritten.push(node);
      return;
    }
    if (!this.#events.writing(this, node)) return;
    this.#socket.send(framed(this.#noise.encrypt(encodeBinaryNode(node))));
  }

  /** Writes a last stanza and hears nothing more. */
  end(last: BinaryNode): void {
    if (this.#stalled) return this.terminate();
    this.send(last);
    this.#phase = "ended";
    this.#socket.close();
  }

  streamError(attributes: Record<string, string>, reason?: BinaryNode): void {
    this.end(element("stream:error", attributes, reason ? [reason] : []));
  }

  terminate(): void {
    this.#phase = "ended";
    this.#socket.terminate();
  }

  stall(): void {
    this.#stalled = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#stalled) return;
    this.#stalled = false;
    for (const node of this.#unwritten.splice(0)) this.send(node);
    for (const data of this.#unread.splice(0)) this.#received(data);
    this.#socket.resume();
  }

  #received(data: Buffer): void {
    // A pause does not hold back what the socket had already read.
    if (this.#stalled) {
      this.#unread.push(data);
      return;
    }
    try {
      for (const part of this.#reader.push(data)) this.#frame(part);
    } catch (error) {
      this.#events.failed(error);
      this.terminate();
    }
  }

  #frame(data: Buffer): void {
    if (this.#phase === "hello") {
      this.#phase = "finish";
      this.#socket.send(framed(this.#noise.hello(data)));
    } else if (this.#phase === "finish") {
      const { payload, noiseKey } = this.#noise.finish(data);
      this.#phase = "open";
      this.#events.opened(this, payload, noiseKey);
    } else if (this.#phase === "open") {
      this.#events.stanza(this, decodeFrame(this.#noise.decrypt(data)));
    }
  }
}
