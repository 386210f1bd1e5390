import type { Transform } from 'node:stream';
import { drop } from '../lib/body.ts';
import { select } from '../lib/select.ts';

/** Lets everything through but whiteouts: they have nothing to hide in a lowest layer. */
export function dropWhiteouts(): Transform {
  return select((entry) => {
    if (!/(^|\/)\.wh\.[^/]*$/.test(entry.header.name)) return entry;
    drop(entry);
    return undefined;
  });
}
