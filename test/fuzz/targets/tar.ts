import { pump } from '../../../lib/streams/pump.ts';
import { scan } from '../../../lib/tar/scan.ts';
import { entriesAt } from '../../../lib/tar/unpack.ts';
import { agree, outcomeOf } from '../judges/broken.ts';
import { entriesOf, type Held, headerText, held, heldText } from '../judges/entries.ts';
import { mutateTar } from '../mutate/tar.ts';
import { piecesOf, placeOf } from '../scratch.ts';
import { layers } from '../seeds/layers.ts';
import type { Target } from '../target.ts';

const NAME = 'layer.tar';

/** A tar read as a stream in pieces, at a place, and scanned: all three must see the same, or refuse it alike. */
export const tar: Target = {
  name: 'tar',
  quick: 250,
  limit: 2000,
  size: 64 * 1024 + 8192,
  seeds: () => layers().map((bytes) => [bytes]),
  mutate: mutateTar,
  async run([bytes = Buffer.alloc(0)]) {
    const streamed = await outcomeOf(() => held(entriesOf(NAME, piecesOf(bytes))), [NAME]);
    const placed = await outcomeOf(() => held(entriesAt(placeOf(bytes, NAME))), [NAME]);
    agree('a tar as a stream and at a place', streamed, placed, heldText);
    const scanned = await outcomeOf(() => headersOf(bytes), [NAME]);
    const headers = 'value' in streamed ? { value: streamed.value.map(({ header }) => headerText(header)) } : streamed;
    agree('a tar unpacked and scanned', headers, scanned, (list) => list.join('\n'));
    return 'value' in streamed ? `taken ${kindsIn(streamed.value)}` : streamed.refusal;
  },
};

/** What kinds of entries there are: that tells samples apart. */
function kindsIn(list: readonly Held[]): string {
  const kinds = list.map(({ header: { type, pax }, raw }) => `${type}${raw ? '' : '*'}${pax.size > 0 ? '+' : ''}`);
  return [...new Set(kinds)].sort().join(' ');
}

async function headersOf(bytes: Buffer): Promise<string[]> {
  const list: string[] = [];
  const sink = scan(NAME, (header) => list.push(headerText(header)));
  await pump(piecesOf(bytes, 1), sink);
  return list;
}
