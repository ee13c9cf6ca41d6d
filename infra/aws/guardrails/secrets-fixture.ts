import { expect } from "vitest";
import { showsSecret } from "../../configs-fixture.ts";
import { ofType, type Guardrails } from "./stacks-fixture.ts";

export const secretGuardrails: Guardrails = {
  "there is none in the plan": ({ network, store, fleet }) => {
    const { processes, ...rest } = fleet;
    expect(showsSecret([network, store, rest, processes])).toBe(false);
  },

  "a container is told where each one is, never what it is": ({ fleet, nodes }) => {
    const [version] = ofType(nodes, "secretsmanager_secret_version");
    for (const process of fleet.processes) {
      const definition = ofType(nodes, "ecs_task_definition").find(
        ({ name }) => name === `${fleet.name}-${process.name}-task`,
      );
      const { environment = [], secrets = [] } = definition?.container ?? {};
      const plain = Object.entries(process.environment).filter(([, value]) => typeof value === "string");
      expect(Object.fromEntries(environment.map(({ name, value }) => [name, value]))).toEqual(
        Object.fromEntries(plain),
      );
      const hidden = Object.keys(process.environment).filter(
        (name) => typeof process.environment[name] !== "string",
      );
      expect(secrets.map(({ name }) => name)).toEqual(hidden);
      for (const { name, valueFrom } of secrets) {
        expect(valueFrom).toMatchObject({
          join: [{ attribute: "arn" }, `:${name}::`, { of: version?.name, attribute: "versionId" }],
        });
        expect(Object.keys(version?.secretString ?? {})).toContain(name);
      }
    }
  },

  "the passwords that the stack is made with reach no container": ({ fleet }) => {
    const settings = fleet.processes.flatMap(({ environment }) => Object.keys(environment));
    expect(settings.filter((name) => /^OXY_(STORE|REGISTRY)_PASSWORD$/.test(name))).toEqual([]);
  },
};
