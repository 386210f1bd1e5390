import type { Readable } from 'node:stream';
import type { Digest } from '../bytes/digest.ts';
import { BLOCK, isZero, readBlock } from '../tar/block.ts';

/** A file of an image archive that is a blob, or becomes one. */
export interface Source {
  /** What it is called in errors: the archive, and the file in it. */
  readonly name: string;
  readonly size: number;
  /** The digest that its name tells, of the bytes as they are stored. */
  readonly told: Digest | undefined;
  /** Its first bytes: `HEAD`, or all where it is smaller. */
  readonly head: Buffer;
  /** All of its bytes, the head included. */
  bytes(): Readable;
  /** Whether they can be had more than once. */
  readonly again: boolean;
}

/** As many bytes as it takes to tell what a file is. */
export const HEAD = BLOCK;

/** Whether a file that begins so is a plain tar. */
export function isTar(head: Buffer): boolean {
  if (head.length < BLOCK) return false;
  const block = head.subarray(0, BLOCK);
  if (isZero(block)) return true;
  try {
    readBlock(block);
    return true;
  } catch {
    return false;
  }
}

/** Manifests, configs and the like: JSON, an object or a list. The first name in a tar may begin like one. */
export function isJson(head: Buffer): boolean {
  return !isTar(head) && /^\s*[[{]/.test(head.toString('latin1', 0, HEAD));
}

/**
 * The digest that a file's name tells. `HEX.tar` is left out: podman names plain layers so, and others compressed ones
 * by the digest of the plain layer.
 */
export function digestInName(path: string): Digest | undefined {
  const hex = /^(?:blobs\/sha256\/([0-9a-f]{64})|(?:sha256:)?([0-9a-f]{64})\.tar\.gz)$/.exec(path);
  const found = hex?.[1] ?? hex?.[2];
  return found === undefined ? undefined : `sha256:${found}`;
}
