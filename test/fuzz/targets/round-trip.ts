import type { Entry } from '../../../lib/entries/entry.ts';
import { decode } from '../../../lib/tar/decode.ts';
import { entriesAt } from '../../../lib/tar/unpack.ts';
import { Broken, outcomeOf } from '../judges/broken.ts';
import { entriesOf, type Held, held, packed, same } from '../judges/entries.ts';
import { mutateTar } from '../mutate/tar.ts';
import { piecesOf, placeOf } from '../scratch.ts';
import { layers } from '../seeds/layers.ts';
import type { Target } from '../target.ts';

const NAME = 'layer.tar';

/** What is taken, written canonically and read again is the same; so it is with the blocks that were kept. */
export const roundTrip: Target = {
  name: 'round-trip',
  quick: 250,
  limit: 2000,
  size: 64 * 1024 + 8192,
  seeds: () => layers().map((bytes) => [bytes]),
  mutate: mutateTar,
  async run([bytes = Buffer.alloc(0)]) {
    const read = await outcomeOf(() => held(entriesAt(placeOf(bytes, NAME))), [NAME]);
    if ('refusal' in read) return read.refusal;
    const list = read.value.filter(({ content }) => content !== undefined);
    for (const { header, raw } of list) {
      if (raw) same('a header and the blocks that were kept of it', header, decode(raw));
    }
    const canonical = await packed(list.map((one) => entryOf(one, false)));
    const again = await held(entriesOf('canonical.tar', piecesOf(canonical)));
    compare('packed canonically', list, again);
    if (!(await packed(again.map((one) => entryOf(one, false)))).equals(canonical)) {
      throw new Broken('what was packed canonically is packed to other bytes when it is read again');
    }
    compare(
      'packed with the blocks that were kept',
      list,
      await held(entriesOf('raw.tar', piecesOf(await packed(list.map((one) => entryOf(one, true)))))),
    );
    return 'taken';
  },
};

function entryOf({ header, content, raw }: Held, isRaw: boolean): Entry {
  const body = header.size === 0 ? undefined : content;
  return { header, body, ...(isRaw && raw && { raw }) };
}

function compare(how: string, before: readonly Held[], after: readonly Held[]): void {
  if (before.length !== after.length)
    throw new Broken(`${before.length} entries become ${after.length} when they are ${how}`);
  for (const [at, one] of before.entries()) {
    same(`a header and what is read when it is ${how}`, one.header, after[at]!.header);
    if (!one.content!.equals(after[at]!.content!)) throw new Broken(`a body is another when it is ${how}`);
  }
}
