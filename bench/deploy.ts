import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { Conversation } from "../worker/dev/stacks/conversation-fixture.ts";

/** What `oxy up` takes on host local, in seconds: whole commands, as a person waits for them. */
const { values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "5" } },
});
const rounds = Number(values.rounds);

const taken: Record<string, number[]> = {};
// The first round warms what the machine caches, and does not count.
for (let round = 0; round <= rounds; round++) {
  const ends: (() => Promise<void>)[] = [];
  try {
    const conversation = await Conversation.prepare("./worker", (end) => void ends.push(end));
    const measure = async (what: string, work: () => Promise<unknown>): Promise<void> => {
      const began = performance.now();
      await work();
      if (round > 0) (taken[what] ??= []).push((performance.now() - began) / 1_000);
    };
    await measure("first up to first message answered", async () => {
      await measure("  first up, sources bundled", () => conversation.up());
      await measure("  org add and pair", () => conversation.link());
      await measure("  first message answered", () => conversation.exchange("first"));
    });
    await measure("up, no change", () => conversation.up());
    await measure("preview, no change", () => conversation.project.must(["preview"]));
    await conversation.configure({ OPENAI_MODEL: "another" }, "./worker");
    await measure("up, another setting", () => conversation.up());
    await conversation.exchange("second");
    await measure("destroy", () => conversation.project.must(["destroy", "--yes"]));
  } finally {
    for (const end of ends.toReversed()) await end();
  }
  process.stderr.write(`round ${round} of ${rounds}\n`);
}

const [processor] = cpus();
console.log(
  `${cpus().length} × ${processor?.model}, Node ${process.version}; ${rounds} rounds after one that does not count;` +
    " Redis, WhatsApp simulator and AI (answers at once) on the same machine.\n",
);
console.log(`${"".padEnd(38)}median s   fastest   slowest`);
for (const [what, seconds] of Object.entries(taken)) {
  const sorted = seconds.toSorted((one, other) => one - other);
  const figures = [sorted[Math.floor(sorted.length / 2)], sorted[0], sorted.at(-1)];
  console.log(what.padEnd(38) + figures.map((figure) => (figure ?? NaN).toFixed(1).padStart(8)).join("  "));
}
