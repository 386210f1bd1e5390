import type { Digest } from '../bytes/digest.ts';
import type { Manifest } from '../image/image.ts';

/** An image whose layers are in the registry and agree with its config: what is still to be put, in this order. */
export interface Manifests {
  /** Configs. */
  readonly documents: readonly Buffer[];
  /** Manifests, and indexes after those that they list. */
  readonly listed: readonly (Manifest & { readonly digest: Digest })[];
  /** The manifest or index that the tag is for. */
  readonly root: Manifest & { readonly digest: Digest };
}
