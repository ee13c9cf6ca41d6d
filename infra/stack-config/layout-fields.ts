import { choice, integer } from "./field.ts";

/** Fields of a fleet on every host that runs services: how the roles are divided, and how many hold sessions. */
export const layoutFields = {
  services: choice(
    ["one", "two"],
    "one",
    "`one` service does everything; `two` are a `web` one for HTTP and a `worker` one for sessions and answers.",
  ),
  instances: integer(
    1,
    20,
    1,
    "Processes that share the numbers and answer; with more than one, the others take over from one that dies.",
  ),
};
