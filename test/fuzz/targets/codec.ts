import { decode } from '../../../lib/tar/decode.ts';
import { encode } from '../../../lib/tar/encode.ts';
import { entriesAt } from '../../../lib/tar/unpack.ts';
import { Broken, outcomeOf } from '../judges/broken.ts';
import { same } from '../judges/entries.ts';
import { mutateTar } from '../mutate/tar.ts';
import { placeOf } from '../scratch.ts';
import { layers } from '../seeds/layers.ts';
import type { Target } from '../target.ts';

const NAME = 'layer.tar';

/** The headers of a tar, nothing else, as fast as may be; what is encoded stays as it is when it is read again. */
export const codec: Target = {
  name: 'codec',
  quick: 1_500,
  limit: 2000,
  size: 8 * 1024,
  seeds: () =>
    layers()
      .filter(({ length }) => length <= 8 * 1024)
      .map((bytes) => [bytes]),
  mutate: mutateTar,
  async run([bytes = Buffer.alloc(0)]) {
    const read = await outcomeOf(() => kindsIn(bytes), [NAME]);
    return 'value' in read ? `taken ${read.value}` : read.refusal;
  },
};

function kindsIn(bytes: Buffer): string {
  const kinds = new Set<string>();
  for (const { header, body } of entriesAt(placeOf(bytes, NAME))) {
    if (body && 'destroy' in body) body.destroy();
    const blocks = encode(header);
    if (blocks.length % 512 !== 0) throw new Broken('a header is encoded to something else than blocks');
    same('a header that is encoded and decoded', header, decode(blocks));
    if (!encode(decode(blocks)).equals(blocks)) throw new Broken('the encoding of a header is not stable');
    kinds.add(`${header.type}${header.pax.size > 0 ? '+' : ''}`);
  }
  return [...kinds].sort().join(' ');
}
