import type { Api } from "../../api/api.ts";

/** AWS as its SDKs find it; who deploys to it, goes through Pulumi's provider. */
export const awsApi: Api = {
  title: "AWS",
  url: "https://aws.amazon.com",
  urlVariable: "AWS_ENDPOINT_URL",
  variables: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
  // Each call is signed instead.
  headers: () => ({}),
  messageOf: (body) => (body as { readonly message?: string } | undefined)?.message,
  whereFrom: "IAM, Users, Security credentials",
};
