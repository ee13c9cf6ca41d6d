import { expect } from "vitest";
import { names } from "./names-fixture.ts";
import { ofType, type AwsNode, type Guardrails } from "./stacks-fixture.ts";

export const graphGuardrails: Guardrails = {
  "each node comes after those that it names, and no other has its name": ({ nodes }) => {
    const seen = new Set<string>();
    for (const node of nodes) {
      expect([node.name, seen.has(node.name)]).toEqual([node.name, false]);
      const needed = [...names(node), ...(node.after ?? [])];
      expect([node.name, needed.filter((name) => !seen.has(name))]).toEqual([node.name, []]);
      seen.add(node.name);
    }
  },

  "what the rest of the stack is told to refer to is there": ({ network, store, fleet, nodes }) => {
    const there = new Set(nodes.map(({ name }) => name));
    const { vpc, publicSubnets, taskSubnets, storeSubnets, storeClients, alarms, waysOut } = network;
    const told = [vpc, publicSubnets, taskSubnets, storeSubnets, storeClients, alarms, store?.url, fleet.url];
    expect([...names(told), ...waysOut].filter((name) => !there.has(name))).toEqual([]);
  },

  "a name says what it is of": ({ network, store, fleet }) => {
    const strangers = (nodes: readonly AwsNode[], own: RegExp) =>
      nodes.map(({ name }) => name).filter((name) => !own.test(name));
    expect(strangers(network.resources, /^network-/)).toEqual([]);
    expect(strangers(store?.resources ?? [], /^store(-|$)/)).toEqual([]);
    expect(strangers(fleet.resources, new RegExp(`^${fleet.name}-`))).toEqual([]);
  },

  "names and descriptions are such as AWS takes": ({ nodes }) => {
    for (const { roleName } of ofType(nodes, "iam_role")) expect(roleName).toMatch(/^[\w+=,.@-]{1,64}$/);
    for (const { namePrefix } of [...ofType(nodes, "lb"), ...ofType(nodes, "lb_target_group")])
      expect(namePrefix).toMatch(/^[a-z0-9][a-z0-9-]{0,5}$/);
    for (const { replicationGroupId } of ofType(nodes, "elasticache_replication_group"))
      expect(replicationGroupId).toMatch(/^(?=.{1,40}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    for (const { repositoryName } of ofType(nodes, "ecr_repository"))
      expect(repositoryName).toMatch(/^(?=.{2,256}$)[a-z0-9]+([._-][a-z0-9]+)*$/);
    for (const { alarmDescription } of ofType(nodes, "cloudwatch_metric_alarm"))
      expect(alarmDescription.length).toBeLessThanOrEqual(1_024);
    const described = nodes.filter(
      ({ type }) => /security_group/.test(type) && type !== "default_security_group",
    );
    for (const node of described)
      expect((node as { description: string }).description).toMatch(/^[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/);
  },
};
