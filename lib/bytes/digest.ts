import { createHash, type Hash } from 'node:crypto';

/** `sha256:` and 64 hexadecimal digits in lower case (OCI image specification, descriptor.md, "Digests"). */
export type Digest = `sha256:${string}`;

/** Whether a text is a digest of sha256, the only algorithm that is taken. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text);
}

/** The hexadecimal part of a digest. */
export function hex(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** The digest of bytes in memory. */
export function digestOf(bytes: Uint8Array): Digest {
  return finish(createHash('sha256').update(bytes));
}

/** The digest of what a hash was fed; the hash cannot be used after that. */
export function finish(hash: Hash): Digest {
  return `sha256:${hash.digest('hex')}`;
}
