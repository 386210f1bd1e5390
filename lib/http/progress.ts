import type { Digest } from '../bytes/digest.ts';

/** Whoever watches blobs being moved. */
export interface Watch {
  /**
   * A blob begins to move.
   *
   * @param name its digest, or the file that it will be made of
   * @param size in bytes, where it is known before
   */
  blob(name: string, size: number | undefined): BlobProgress;
  /** Something failed that will be tried again, after so many milliseconds. */
  again(what: string, pause: number): void;
}

export interface BlobProgress {
  /** More bytes have been moved. */
  moved(bytes: number): void;
  /** The blob is where it was to go. */
  done(digest: Digest, size: number, how: 'uploaded' | 'downloaded' | 'mounted' | 'already there'): void;
}

export const unwatched: Watch = { blob: () => ({ moved: () => {}, done: () => {} }), again: () => {} };
