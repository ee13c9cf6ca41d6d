const FIXTURES = "-fixture[.]ts$";
const TESTS = `[.]test[.]ts$|${FIXTURES}`;
const DEVELOPMENT = ["^(worker/)?bench/", "^(worker|infra)/dev/"];
/** What decides and describes, and nothing from npm or Node. */
const DATA =
  "^infra/((?!deploy|index)[^/]+|aws/(?!pulumi|cdktf)[^/]+|places/railway-regions|(hosts|stores|networks)/[^/]+/(?!pulumi|cdktf|operations|preflight)[^/]+)[.]ts$";
const CLOUD_SDKS = "(^|/)(@pulumi/(?!pulumi)[^/]+|cdktf|cdktn|@cdktf|@cdktn)(/|$)";
/** The modules that the program consists of. */
const PROGRAM = "config|deploy|hosts?|index|networks?|plan|preflight|stack-resources|stores?|workload";
const WHATSAPP_LIBRARIES = "(^|/)(@whiskeysockets/baileys|libsignal)(/|$)";

/** Who may import whom. worker/architecture.test.ts checks it, and that each rule is able to fail. */
export default {
  forbidden: [
    {
      name: "infra-knows-no-worker",
      comment: "The image is deployed by description alone, so that any worker could be.",
      severity: "error",
      from: { path: "^infra/" },
      to: { path: "^worker/" },
    },
    {
      name: "worker-knows-no-infra",
      comment: "The image holds no infrastructure code.",
      severity: "error",
      from: { path: "^worker/" },
      to: { path: "^infra/" },
    },
    {
      name: "jobs-know-no-adapters",
      comment: "Handlers take ports, types included: they run in a test without WhatsApp, AI or Redis.",
      severity: "error",
      from: { path: "^worker/jobs/", pathNot: TESTS },
      to: { path: "^worker/adapters/" },
    },
    {
      name: "conversation-knows-redis-only",
      comment: "The record is Lua in Redis; WhatsApp and AI are ports to it.",
      severity: "error",
      from: { path: "^worker/conversation/", pathNot: TESTS },
      to: { path: "^worker/adapters/", pathNot: "^worker/adapters/redis/" },
    },
    {
      name: "plans-are-pure-data",
      comment: "They are priced, compared and refused before anything is loaded that could deploy them.",
      severity: "error",
      from: { path: "^infra/(plan|(hosts|stores|networks)/[^/]+/plan)[.]ts$" },
      to: { pathNot: DATA },
    },
    {
      name: "hosts-know-no-other",
      comment: "A host or store is one folder: what two of them need is in none of them.",
      severity: "error",
      from: { path: "^infra/(hosts|stores)/([^/]+)/" },
      to: { path: "^infra/$1/[^/]+/", pathNot: "^infra/$1/$2/" },
    },
    {
      name: "clouds-behind-their-host",
      comment: "A stack loads the SDKs of its own hosts only; some take seconds.",
      severity: "error",
      from: { pathNot: "^infra/(aws|(hosts|stores|networks)/[^/]+)/(pulumi|cdktf)(-graph)?([.]test)?[.]ts$" },
      to: { path: CLOUD_SDKS },
    },
    {
      name: "cdktf-resource-by-resource",
      comment: "The root of its provider is all of AWS: seconds, and hundreds of MB.",
      severity: "error",
      from: {},
      to: { path: "(^|/)@cdkt[fn]/provider-aws(/lib/index[.](js|d[.]ts))?$" },
    },
    {
      name: "provider-knows-no-program",
      comment: "The engine starts it by itself: it is told what to do, and does not read the stack's config.",
      severity: "error",
      from: { path: "^infra/provider/", pathNot: TESTS },
      to: { path: `^infra/((${PROGRAM})[.]ts$|(hosts|stores|networks|stack-config|places)/)` },
    },
    {
      name: "supervisor-stands-alone",
      comment: "It outlives everybody who started it, in as little memory as it can.",
      severity: "error",
      from: { path: "^infra/supervisor/" },
      to: { path: "^infra/", pathNot: "^infra/supervisor/" },
    },
    {
      name: "nobody-knows-the-cli",
      comment:
        "What a command does, a program must be able to do without one; what makes our own pages may ask it.",
      severity: "error",
      from: { pathNot: "^infra/(cli|dev)/" },
      to: { path: "^infra/cli/" },
    },
    {
      name: "product-knows-no-dev",
      comment: "What only development and tests need is neither in the image nor deploys it.",
      severity: "error",
      from: { pathNot: [...DEVELOPMENT, TESTS] },
      to: { path: [...DEVELOPMENT, FIXTURES] },
    },
    {
      name: "no-cycles",
      comment: "Types may refer to each other: they are erased and cannot load in the wrong order.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "whatsapp-libraries-behind-their-port",
      comment: "libsignal is GPL-3.0 (NOTICE.md) and Baileys changes often: both stay in one folder.",
      severity: "error",
      from: { pathNot: "^worker/(adapters/baileys|dev/whatsapp)/" },
      to: { path: WHATSAPP_LIBRARIES },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "[.](lua|json)$" },
  },
};
