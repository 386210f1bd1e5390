import type { Transform } from 'node:stream';
import { drop } from '../lib/entries/body.ts';
import { select } from '../lib/streams/map.ts';

/** Lets everything through but whiteouts: they have nothing to hide in a lowest layer. */
export function dropWhiteouts(): Transform {
  return select((entry) => {
    if (!/(^|\/)\.wh\.[^/]*$/.test(entry.header.name)) return entry;
    drop(entry);
    return undefined;
  });
}
