import type { Sent } from './uploader.ts';

/** What is in an image archive, as far as it concerns a registry. */
export interface Contents {
  /** The name to complain under. */
  readonly name: string;
  /** A small file: a manifest, a config. Undefined where there is none of the name. */
  document(path: string): Promise<Buffer | undefined>;
  has(path: string): Promise<boolean>;
  /** Sends a file, unless it was sent already. Undefined where there is none of the name. */
  blob(path: string): Promise<Sent | undefined>;
}
