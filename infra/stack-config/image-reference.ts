/** What the stack says that is to run. Only a digest names the same bytes for ever; the others move. */
export type ImageReference =
  /** A folder of sources, bundled when it is deployed. */
  | { readonly kind: "source"; readonly path: string }
  /** A bundle kept on this machine, `sha256:…`. */
  | { readonly kind: "bundle"; readonly reference: string }
  /** `registry/name@sha256:…` */
  | { readonly kind: "registry"; readonly reference: string }
  /** `registry/name:tag` */
  | { readonly kind: "tag"; readonly reference: string };

const DIGEST = "sha256:[0-9a-f]{64}";
const NAME = "[a-z0-9]+(?:[._-]+[a-z0-9]+)*";
/** A host, maybe with a port, then at least one name. */
const REPOSITORY = `${NAME}(?::[0-9]{1,5})?(?:/${NAME})+`;
const TAG = "[A-Za-z0-9_][A-Za-z0-9._-]{0,127}";

/** Every form there is; a pattern that editors understand too. */
export const IMAGE_REFERENCE = new RegExp(
  `^(?:\\.?/[^\\s\\0]+|${DIGEST}|${REPOSITORY}@${DIGEST}|${REPOSITORY}:${TAG})$`,
);

/** @param reference matches `IMAGE_REFERENCE` */
export function parseImageReference(reference: string): ImageReference {
  if (/^\.?\//.test(reference)) return { kind: "source", path: reference };
  if (reference.startsWith("sha256:")) return { kind: "bundle", reference };
  return { kind: reference.includes("@") ? "registry" : "tag", reference };
}

/** What was deployed under it before can be found again. */
export function isPinned({ kind }: ImageReference): boolean {
  return kind === "bundle" || kind === "registry";
}
