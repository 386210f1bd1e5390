import type { Duplex, Readable, Writable } from 'node:stream';
import pumpStreams from 'pump';

/**
 * Pumps the first stream through the others into the last, and resolves when that has finished. An error in any of
 * them destroys all of them and is what this rejects with.
 */
export function pump(...streams: [Readable, ...Duplex[], Writable | NodeJS.WritableStream]): Promise<void> {
  return new Promise((resolve, reject) => {
    pumpStreams(streams, (error) => (error ? reject(error) : resolve()));
  });
}
