import { gather } from '../entries/body.ts';
import type { ImageFiles } from '../image/files.ts';
import { JSON_LIMIT } from '../image/json.ts';
import type { Place } from '../bytes/place.ts';
import { readNow, streamOf, within } from '../bytes/place.ts';
import type { Contents } from './contents.ts';
import type { Origins } from './origins.ts';
import type { Sender, Sent } from './uploader.ts';
import { digestInName, HEAD } from './blob-file.ts';

/** Blobs that go up at once: enough to fill the line while others are compressed. */
const AT_ONCE = 3;

/** An archive or a layout that can be read at any time: its blobs go up as they are asked for, several at once. */
export function fromFiles(files: ImageFiles, sender: Sender, origins: Origins): Contents {
  const sent = new Map<string, Promise<Sent>>();
  const turn = turns(AT_ONCE);

  function send(path: string, place: Place): Promise<Sent> {
    const head = readNow(within(place, 0, Math.min(place.size, HEAD)));
    const { name, size } = place;
    const source = { name, size, told: digestInName(path), head, bytes: () => streamOf(place), again: true };
    return turn(() => sender.file(source));
  }

  return {
    name: files.name,
    async document(path) {
      const place = await files.find(path);
      if (place === undefined) return undefined;
      const bytes = await gather(place, JSON_LIMIT, place.name);
      origins.see(bytes);
      return bytes;
    },
    has: async (path) => (await files.find(path)) !== undefined,
    async blob(path) {
      const place = await files.find(path);
      if (place === undefined) return undefined;
      // Old archives have links where a layer comes again.
      const key = `${place.fd}:${place.offset}`;
      const known = sent.get(key) ?? send(path, place);
      sent.set(key, known);
      return known;
    },
  };
}

/** Lets so many pieces of work go on at a time, the others in turn after them. */
function turns(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
