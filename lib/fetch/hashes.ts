import { createHash } from 'node:crypto';
import { InputError } from '../errors.ts';

/** The algorithms whose digests tell that a file is the right one; weaker ones do not. */
export const algorithms = ['sha256', 'sha384', 'sha512'] as const;
export type Algorithm = (typeof algorithms)[number];

/** A digest of a file. */
export interface FileHash {
  readonly algorithm: Algorithm;
  /** In lower case. */
  readonly hex: string;
}

/** How a file is known to be the right one. */
export interface Proof {
  /** In bytes; undefined where that is not known before. */
  readonly size: number | undefined;
  /** Of each algorithm that is here one must be that of the file. */
  readonly hashes: readonly FileHash[];
}

/** Takes the bytes of a file as they come. */
export interface Check {
  /** More bytes; that there are too many is an InputError. */
  add(chunk: Uint8Array): void;
  /** That the file is another is an InputError; returns its sha256, hexadecimal. */
  end(): string;
}

/** Checks a file while it comes. */
export function checkOf(name: string, { size, hashes }: Proof): Check {
  const wanted = new Set(hashes.map(({ algorithm }) => algorithm));
  const digests = [...new Set<Algorithm>(['sha256', ...wanted])].map((algorithm) => {
    return { algorithm, hash: createHash(algorithm) };
  });
  let received = 0;
  return {
    add(chunk) {
      received += chunk.length;
      if (size !== undefined && received > size) throw wrongSize(name, size, 'more');
      for (const { hash } of digests) hash.update(chunk);
    },
    end() {
      if (size !== undefined && received !== size) throw wrongSize(name, size, String(received));
      let sha256 = '';
      for (const { algorithm, hash } of digests) {
        const hex = hash.digest('hex');
        if (algorithm === 'sha256') sha256 = hex;
        const allowed = hashes.filter((known) => known.algorithm === algorithm).map((known) => known.hex);
        if (wanted.has(algorithm) && !allowed.includes(hex)) {
          throw new InputError(name, `its ${algorithm} is ${hex}, and the lock says ${allowed.join(' or ')}`);
        }
      }
      return sha256;
    },
  };
}

function wrongSize(name: string, size: number, actual: string): InputError {
  return new InputError(name, `should have ${size} bytes, as the lock says, and has ${actual}`);
}
