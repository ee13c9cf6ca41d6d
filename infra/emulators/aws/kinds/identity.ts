import { hex } from "../account.ts";
import { arnOf, text, type Kind } from "./kind.ts";

/** Roles, and secrets. */
export const identityKinds: Readonly<Record<string, Kind>> = {
  "aws:iam/role:Role": {
    isGlobal: true,
    id: ({ inputs }) => text(inputs["name"]),
    outputs: (making, id) => ({
      arn: arnOf(making, "iam", `role${text(making.inputs["path"]) || "/"}${id}`, true),
      uniqueId: `AROA${hex(17).toUpperCase()}`,
    }),
    replaceOn: ["name", "path"],
  },
  "aws:iam/rolePolicy:RolePolicy": {
    isGlobal: true,
    id: ({ inputs }) => `${text(inputs["role"])}:${text(inputs["name"])}`,
    replaceOn: ["role", "name"],
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    isGlobal: true,
    id: ({ inputs }) => `${text(inputs["role"])}/${text(inputs["policyArn"])}`,
    replaceOn: ["role", "policyArn"],
  },
  "aws:secretsmanager/secret:Secret": {
    // Six characters that no policy can know: one of the same name later has others.
    id: (making) => arnOf(making, "secretsmanager", `secret:${text(making.inputs["name"])}-${hex(6)}`),
    outputs: (_making, id) => ({ arn: id }),
    replaceOn: ["name"],
  },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    id: ({ inputs }) => `${text(inputs["secretId"])}|${newVersion()}`,
    outputs: ({ inputs }, id) => ({
      arn: text(inputs["secretId"]),
      secretArn: text(inputs["secretId"]),
      versionId: id.split("|").at(-1) ?? "",
    }),
    replaceOn: ["secretId", "secretString", "secretBinary"],
  },
};

function newVersion(): string {
  return `terraform-${hex(26)}`;
}
