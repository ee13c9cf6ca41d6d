import { expect } from "vitest";
import { names } from "./names-fixture.ts";
import { ofType, type Guardrails } from "./stacks-fixture.ts";

export const wayInGuardrails: Guardrails = {
  "the internet reaches the load balancer, at its ports, and nothing else": ({
    chosen,
    config,
    fleet,
    nodes,
  }) => {
    const open = ofType(nodes, "vpc_security_group_ingress_rule").filter(
      ({ cidrIpv4 }) => cidrIpv4 !== undefined,
    );
    const ports = config.certificateArn === undefined ? [80] : [80, 443];
    expect(open.map(({ fromPort, toPort }) => [fromPort, toPort])).toEqual(
      chosen.loadBalancer ? ports.map((port) => [port, port]) : [],
    );
    const [balancer] = ofType(nodes, "lb");
    for (const { securityGroupId } of open) expect(balancer?.securityGroups).toEqual([securityGroupId]);
    expect(balancer === undefined).toBe(!chosen.loadBalancer);
    expect(fleet.url === undefined).toBe(!chosen.loadBalancer);
  },

  "every other rule lets in one port, from a security group of the stack": ({ nodes }) => {
    for (const rule of ofType(nodes, "vpc_security_group_ingress_rule")) {
      expect(rule.fromPort).toBe(rule.toPort);
      if (rule.cidrIpv4 === undefined) expect(names(rule.referencedSecurityGroupId)).toHaveLength(1);
      else expect(rule.referencedSecurityGroupId).toBeUndefined();
    }
  },

  "the store is reached by the stack's tasks, at its port, and reaches nobody": ({
    network,
    store,
    fleet,
    nodes,
  }) => {
    if (store === undefined) return;
    const [group] = ofType(store.resources, "elasticache_replication_group");
    const [own, ...others] = names(group?.securityGroupIds);
    expect(others).toEqual([]);
    const into = ofType(nodes, "vpc_security_group_ingress_rule").filter(({ securityGroupId }) =>
      names(securityGroupId).includes(own ?? ""),
    );
    expect(into).toMatchObject([{ fromPort: 6_379, referencedSecurityGroupId: network.storeClients }]);
    expect(
      ofType(nodes, "vpc_security_group_egress_rule").filter(({ securityGroupId }) =>
        names(securityGroupId).includes(own ?? ""),
      ),
    ).toEqual([]);
    const members = nodes.filter((node) => names({ ...node, name: "" }).includes(network.storeClients.of));
    expect(
      members.map(({ type }) => type).filter((type) => type !== "vpc_security_group_ingress_rule"),
    ).toEqual(fleet.processes.map(() => "ecs_service"));
  },

  "the VPC's own security group lets nothing in": ({ nodes }) => {
    expect(ofType(nodes, "default_security_group")).toHaveLength(1);
  },
};
