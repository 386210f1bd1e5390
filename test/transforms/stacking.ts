import { Readable } from 'node:stream';
import { spill } from '../../lib/bytes/spill.ts';
import type { Layer } from '../../lib/stack/stack.ts';
import { pack } from '../../lib/tar/pack.ts';
import { unpackPlace } from '../../lib/tar/unpack.ts';
import { dropWhiteouts } from '../../transforms/drop-whiteouts.ts';
import { squash } from '../../transforms/squash.ts';
import { collected, type Held, read } from '../entries.ts';
import { type Dialect, type Item, item, tar } from '../peers/layer.ts';

/** A layer in few words: `d/`, `f=content`, `l->symlink`, `h=>hard link`, `p|` for a FIFO. Each entry has its own time. */
export function items(text: string): Item[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word, at): Item => {
      const seconds = 1000 + at;
      const [, name = '', sign = '', rest = ''] = /^(.*?)(=>|->|=|\||$)(.*)$/s.exec(word) ?? [];
      if (sign === '->') return item('symlink', name, { target: rest, seconds });
      if (sign === '=>') return item('link', name, { target: rest, seconds });
      if (sign === '|') return item('fifo', name, { seconds });
      if (name.endsWith('/') && sign === '') return item('directory', name, { seconds });
      return item('file', name, { content: rest, seconds });
    });
}

/** What a listing says of an entry: the same words. */
export function word({ header: { name, type, linkname }, content }: Held): string {
  if (type === 'symlink') return `${name}->${linkname}`;
  if (type === 'link') return `${name}=>${linkname}`;
  if (type === 'fifo') return `${name}|`;
  return content.length > 0 ? `${name}=${content.toString('latin1')}` : name;
}

/** Squashes layers that can be read at any time, as the program does. */
export async function squashBytes(layers: readonly Buffer[], bare = false): Promise<Buffer> {
  const kept = await spill('layers');
  try {
    const sources: Layer[] = [];
    for (const [at, bytes] of layers.entries()) {
      const name = `layer ${at + 1}`;
      const start = kept.size();
      await kept.add(bytes);
      sources.push({ name, entries: unpackPlace({ ...(await kept.place(start, bytes.length)), name }) });
    }
    return await collected(Readable.from(sources), squash(0), ...(bare ? [dropWhiteouts()] : []), pack());
  } finally {
    await kept.close();
  }
}

export function layerOf(text: string, dialect: Dialect = 'pax'): Buffer {
  return tar({ dialect, items: items(text) });
}

/** Squashes layers told in few words, and tells the result so. */
export async function squashed(layers: readonly string[], bare = false): Promise<string> {
  const out = await squashBytes(
    layers.map((text) => layerOf(text)),
    bare,
  );
  return (await read(out)).map(word).join(' ');
}
