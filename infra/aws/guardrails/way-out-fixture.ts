import { expect } from "vitest";
import { names } from "./names-fixture.ts";
import { ofType, type Guardrails } from "./stacks-fixture.ts";

export const wayOutGuardrails: Guardrails = {
  "a task has a public address, or a NAT gateway and none": ({ chosen, network, nodes }) => {
    const isPublic = chosen.egress === "public-ip";
    expect(ofType(nodes, "subnet").filter(({ mapPublicIpOnLaunch }) => mapPublicIpOnLaunch)).toEqual([]);
    const gateways = { "public-ip": 0, nat: 1, "nat-per-zone": chosen.zones, endpoints: Number.NaN }[
      chosen.egress
    ];
    expect(ofType(nodes, "nat_gateway")).toHaveLength(gateways);
    for (const { assignPublicIp, subnets } of ofType(nodes, "ecs_service")) {
      expect(assignPublicIp).toBe(isPublic);
      expect(subnets).toEqual(network.taskSubnets);
      expect(new Set(names(subnets)).size).toBe(chosen.zones);
    }
    const routed = new Map(
      ofType(nodes, "route_table_association").map(({ subnetId, routeTableId }) => [
        names(subnetId)[0],
        names(routeTableId)[0],
      ]),
    );
    for (const subnet of names(network.taskSubnets)) {
      const routes = ofType(nodes, "route").filter(
        ({ routeTableId }) => names(routeTableId)[0] === routed.get(subnet),
      );
      expect(
        routes.map(({ gatewayId, natGatewayId }) => [gatewayId !== undefined, natGatewayId !== undefined]),
      ).toEqual([[isPublic, !isPublic]]);
    }
  },

  "the store's subnets have none": ({ network, nodes }) => {
    const routed = new Set(
      ofType(nodes, "route_table_association").flatMap(({ subnetId }) => names(subnetId)),
    );
    expect(names(network.storeSubnets).filter((name) => routed.has(name))).toEqual([]);
  },

  "subnets lie in the VPC, apart, one of each kind in each zone": ({ chosen, nodes }) => {
    const subnets = ofType(nodes, "subnet");
    const zones = new Set(subnets.map(({ availabilityZone }) => availabilityZone));
    expect(zones.size).toBe(chosen.zones);
    expect(subnets).toHaveLength(chosen.zones * (chosen.egress === "public-ip" ? 2 : 3));
    expect(new Set(subnets.map(({ cidrBlock }) => cidrBlock)).size).toBe(subnets.length);
  },
};
