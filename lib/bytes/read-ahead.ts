import { readSync } from 'node:fs';
import { type Place, readNow } from './place.ts';

const SIZE = 16 * 1024;

/** Places that are farther apart are read one by one: what is between them would be read for nothing. */
const NEAR = 2048;

/**
 * Reads small places, many of which follow one another: then one system call brings several. What it gives is valid
 * until it is asked again.
 */
export function readAhead(): (place: Place) => Buffer {
  const buffer = Buffer.allocUnsafe(SIZE);
  let fd = -1;
  let start = 0;
  let end = 0;
  /** Where the place before ended. */
  let last = 0;

  return (place) => {
    const { offset, size } = place;
    if (size > SIZE) return readNow(place);
    // What is read for it beyond it is for the next.
    if (place.reads) place.reads.bytes += size;
    const follows = place.fd === fd && offset >= last && offset - last < NEAR;
    last = offset + size;
    if (place.fd !== fd || offset < start || last > end) {
      fd = place.fd;
      start = offset;
      // What is read ahead may be short; what was asked for may not.
      end = start + (follows ? readSync(fd, buffer, 0, SIZE, start) : 0);
      if (end < last) {
        readNow({ ...place, reads: undefined }, buffer);
        end = last;
      }
    }
    return buffer.subarray(offset - start, last - start);
  };
}
