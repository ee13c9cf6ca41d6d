const FIXTURES = "-fixture[.]ts$";
const TESTS = `[.]test[.]ts$|${FIXTURES}`;
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
      name: "product-knows-no-dev",
      comment: "worker/dev and what only tests need are not in the image.",
      severity: "error",
      from: { pathNot: ["^worker/dev/", TESTS] },
      to: { path: ["^worker/dev/", FIXTURES] },
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
