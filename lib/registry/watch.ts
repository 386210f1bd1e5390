import type { Digest } from '../bytes/digest.ts';

/** Is told of every blob that is moved. */
export interface Watch {
  /**
   * A blob begins to move.
   *
   * @param name its digest, or the file that it will be made of
   * @param size in bytes, where it is known before
   */
  blob(name: string, size: number | undefined): Moving;
  /** Something failed that will be tried again, after so many milliseconds. */
  again(what: string, pause: number): void;
}

export interface Moving {
  moved(bytes: number): void;
  /** All is well. */
  done(digest: Digest, size: number, how: 'uploaded' | 'downloaded' | 'mounted' | 'already there'): void;
}

export const unwatched: Watch = { blob: () => ({ moved: () => {}, done: () => {} }), again: () => {} };
