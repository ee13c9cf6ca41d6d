import { expect } from "vitest";
import { ofType, type Guardrails } from "./stacks-fixture.ts";

export const encryptionGuardrails: Guardrails = {
  "in transit and at rest, in the store": ({ store }) => {
    if (store === undefined) return;
    expect(ofType(store.resources, "elasticache_replication_group")).toMatchObject([
      {
        transitEncryptionEnabled: true,
        transitEncryptionMode: "required",
        atRestEncryptionEnabled: true,
        authToken: { secret: "OXY_STORE_PASSWORD" },
      },
    ]);
    expect(JSON.stringify(store.url)).toContain("rediss://");
  },

  "between the internet and the load balancer, in production and wherever there is a certificate": ({
    production,
    config,
    nodes,
  }) => {
    for (const listener of ofType(nodes, "lb_listener")) {
      const isEncrypted = listener.protocol === "HTTPS";
      expect(listener.sslPolicy).toBe(isEncrypted ? "ELBSecurityPolicy-TLS13-1-2-2021-06" : undefined);
      if (listener.action.type === "forward")
        expect(isEncrypted).toBe(production || config.certificateArn !== undefined);
    }
  },

  "of images": ({ nodes }) => {
    for (const repository of ofType(nodes, "ecr_repository"))
      expect(repository).toMatchObject({
        encryptionType: "AES256",
        scanOnPush: true,
        imageTagMutability: "IMMUTABLE",
      });
  },
};
