declare module "libsignal/src/protobufs.js" {
  interface Codec<T> {
    decode(bytes: Uint8Array): T;
  }
  export const WhisperMessage: Codec<{ ephemeralKey: Uint8Array; counter: number }>;
  export const PreKeyWhisperMessage: Codec<{
    baseKey: Uint8Array;
    identityKey: Uint8Array;
    message: Uint8Array;
  }>;
}
