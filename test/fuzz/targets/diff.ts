import type { Change, Choice } from '../../../lib/diff/change.ts';
import { compareLayers } from '../../../lib/diff/layers.ts';
import { changeText } from '../../../lib/diff/report.ts';
import { Broken, outcomeOf } from '../judges/broken.ts';
import { mutateTar } from '../mutate/tar.ts';
import { placeOf } from '../scratch.ts';
import { layers } from '../seeds/layers.ts';
import type { Target } from '../target.ts';

const choice: Choice = { ignored: new Set(), isWanted: () => true, patch: true };

/** What differs one way differs the other way round, and nothing where the bytes are the same. */
export const diff: Target = {
  name: 'diff',
  quick: 80,
  limit: 2000,
  size: 16 * 1024,
  seeds() {
    const all = layers().filter(({ length }) => length < 16 * 1024);
    return all.map((bytes, at) => [bytes, all[(at * 5 + 2) % all.length]!]);
  },
  mutate: mutateTar,
  async run([one = Buffer.alloc(0), two = Buffer.alloc(0)]) {
    const compared = (a: Buffer, b: Buffer): Promise<Change[]> => {
      const [before, after] = [placeOf(a, 'a.tar'), placeOf(b, 'b.tar')];
      return changes(
        compareLayers({ plain: before, compression: 'none' }, { plain: after, compression: 'none' }, choice),
      );
    };
    const names = ['a.tar', 'b.tar'];
    const forth = await outcomeOf(() => compared(one, two), names, 'FormatError');
    if ('refusal' in forth) return forth.refusal;
    const back = await outcomeOf(() => compared(two, one), names, 'FormatError');
    if ('refusal' in back) throw new Broken(`layers are compared one way and not the other: ${back.refusal}`);
    const mirrored = back.value.map((change) => ({ ...change, sign: mirror[change.sign] }));
    const told = (list: readonly Change[]): string =>
      list
        // A path is told as it is afterwards: only a directory's ends in a slash.
        .map(({ sign, name }) => `${sign}${name.replace(/\/$/, '')}`)
        .sort()
        .join('\n');
    if (told(forth.value) !== told(mirrored)) throw new Broken('what differs is not what differs the other way round');
    if (one.equals(two) !== (forth.value.length === 0)) throw new Broken('layers differ, or not, and are not told to');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are looked for
    if (forth.value.some((change) => /[\x00-\x08\x0b-\x1f\x7f]/.test(changeText(change)))) {
      throw new Broken('a control character is printed');
    }
    return `taken ${[...new Set(forth.value.flatMap(({ fields }) => fields.map(({ kind }) => kind)))].sort().join(' ')}`;
  },
};

const mirror = { '+': '-', '-': '+', '~': '~' } as const;

async function changes(source: AsyncIterable<Change>): Promise<Change[]> {
  const list: Change[] = [];
  for await (const change of source) list.push(change);
  return list;
}
