import { gzipSync } from 'node:zlib';
import { readLayer } from '../../../lib/front/layer.ts';
import { agree, outcomeOf } from '../judges/broken.ts';
import { held, heldText } from '../judges/entries.ts';
import { mutateBytes } from '../mutate/bytes.ts';
import { mutateTar } from '../mutate/tar.ts';
import { fileOf, piecesOf } from '../scratch.ts';
import { layers } from '../seeds/layers.ts';
import type { Target } from '../target.ts';

/** The library reads a layer, plain or compressed, from a file as from a pipe. */
export const front: Target = {
  name: 'front',
  quick: 120,
  limit: 2000,
  size: 64 * 1024,
  seeds: () => layers().flatMap((bytes) => [[bytes], [gzipSync(bytes)]]),
  mutate: (part, dice, other) =>
    part[0] === 0x1f ? mutateBytes(part, dice, other, [gzipSync('x')]) : mutateTar(part, dice, other),
  async run([bytes = Buffer.alloc(0)]) {
    const path = fileOf(bytes, 'layer.tar');
    const fromFile = await outcomeOf(() => held(readLayer(path)), [path]);
    const fromPipe = await outcomeOf(() => held(readLayer(piecesOf(bytes))), ['the stream']);
    agree('a layer that the library reads from a file and from a pipe', fromFile, fromPipe, heldText);
    return 'value' in fromFile ? 'taken' : fromFile.refusal;
  },
};
