import { setFlagsFromString } from "node:v8";

// What is young may take 32 MB as soon as a start is busy, and V8 never gives that back: an idle process is about 25 MB smaller
// when it does not grow. Said before anything else is even read.
setFlagsFromString("--semi-space-growth-factor=1");
await import("./run.ts");
