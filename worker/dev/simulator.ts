import { parseArgs } from "node:util";
import { startAi, thinking } from "./ai.ts";
import { answerTo } from "./demo/dialogue.ts";
import { event, fact, say } from "./demo/screen.ts";
import { NamingAi } from "./load/naming-ai.ts";
import { simulatorDesk } from "./simulator/desk.ts";
import { Loads } from "./simulator/loads.ts";
import { People } from "./simulator/people.ts";
import { startWhatsAppSimulator } from "./whatsapp/simulator.ts";

const PORT = 4_400;
const AI_SECONDS = 3;
const HELP = `A WhatsApp and an AI on this machine, to rehearse a deployment with. Nothing leaves the machine.

Usage: npm run simulator -- [options]

  --port <n>           where it is told what people do (${PORT}; 0 for any)
  --whatsapp-port <n>  where workers reach its WhatsApp (any)
  --ai-port <n>        where workers reach its AI (any)
  --ai <s>             how long the AI thinks, in seconds (${AI_SECONDS})
  --json               print one line of JSON when it is ready, and nothing else
  --help               show this

Then, in another terminal:
  $ npx oxy pair -s local loja-da-ana --json | curl -sNT - http://127.0.0.1:${PORT}/phones/loja-da-ana/scan
  $ curl -d 'Oi! Vocês abrem no domingo?' http://127.0.0.1:${PORT}/phones/loja-da-ana/from/bia
  $ curl http://127.0.0.1:${PORT}/phones     # who is linked, and how many connections a number had at once
  $ curl http://127.0.0.1:${PORT}/messages   # what customers saw

For workers on other machines, tunnels lead to the two ports: docs/benchmark.md.`;

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    "whatsapp-port": { type: "string" },
    "ai-port": { type: "string" },
    ai: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean" },
  },
});
if (values.help === true) {
  say(HELP);
  process.exit(0);
}

const tell = values.json ? (): void => {} : event;
const aiMs = Number(values.ai ?? AI_SECONDS) * 1_000;
const whatsapp = await startWhatsAppSimulator({ port: Number(values["whatsapp-port"] ?? 0) });
const naming = new NamingAi(thinking(aiMs, aiMs, answerTo));
const ai = await startAi(naming.answering, Number(values["ai-port"] ?? 0));
const people = new People(whatsapp, ({ from, to, text }) => tell(`${from} → ${to}  ${text}`, "green"));
const environment = {
  OXY_WHATSAPP_URL: whatsapp.url,
  OXY_WHATSAPP_TRUST_ROOT: whatsapp.trustRoot,
  OPENAI_BASE_URL: ai.url,
};
const loads = new Loads(whatsapp, naming, people);
const desk = simulatorDesk({ people, loads, environment }, (line) => tell(line, "cyan"));
const url = await desk.listen({ host: "127.0.0.1", port: Number(values.port ?? PORT) });
if (values.json) say(JSON.stringify({ desk: url, environment }));
else {
  fact("Desk", `${url} (--help says what it takes)`);
  say(`
In the stack's file, under config:

  oxy-workers:environment:
    OXY_WHATSAPP_URL: ${whatsapp.url}
    OXY_WHATSAPP_TRUST_ROOT: "${whatsapp.trustRoot}"
    OPENAI_BASE_URL: ${ai.url}
`);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
// Whoever started it with a channel is gone.
process.once("disconnect", stop);

function stop(): void {
  void Promise.all([desk.close(), whatsapp.close(), ai.stop()]).then(() => process.exit(0));
}
