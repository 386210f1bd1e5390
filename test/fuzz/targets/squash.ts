import type { Layer } from '../../../lib/stack/stack.ts';
import { pump } from '../../../lib/streams/pump.ts';
import { source } from '../../../lib/streams/source.ts';
import { pack } from '../../../lib/tar/pack.ts';
import { entriesAt } from '../../../lib/tar/unpack.ts';
import { squash as squashing } from '../../../transforms/squash.ts';
import { agree, Broken, outcomeOf } from '../judges/broken.ts';
import { collected } from '../judges/collected.ts';
import { entriesOf, held, same } from '../judges/entries.ts';
import { mutateTar } from '../mutate/tar.ts';
import { piecesOf, placeOf } from '../scratch.ts';
import { layers } from '../seeds/layers.ts';
import type { Sample, Target } from '../target.ts';

/** Layers that are squashed come to the same from files and from pipes, and to what stays as it is when squashed again. */
export const squash: Target = {
  name: 'squash',
  quick: 80,
  limit: 2000,
  size: 16 * 1024,
  seeds,
  mutate: mutateTar,
  async run(parts) {
    const names = parts.map((_, at) => `layer-${at}.tar`);
    const placed = await outcomeOf(
      () => squashed(parts.map((part, at) => ({ name: names[at]!, entries: entriesAt(placeOf(part, names[at]!)) }))),
      names,
    );
    const streamed = await outcomeOf(
      () => squashed(parts.map((part, at) => ({ name: names[at]!, entries: entriesOf(names[at]!, piecesOf(part)) }))),
      names,
    );
    // Streams are read ahead: where two layers are bad it is another that fails first.
    if ('refusal' in placed && 'refusal' in streamed) return placed.refusal;
    agree('layers squashed from files and from streams', placed, streamed, (bytes) => (bytes ? 'small' : 'large'));
    if ('refusal' in placed || 'refusal' in streamed) return 'refused';
    if (placed.value === undefined || streamed.value === undefined) return 'taken large';
    await alike('layers squashed from files and from streams', placed.value, streamed.value);
    const again = await squashed([{ name: 'squashed.tar', entries: entriesAt(placeOf(placed.value, 'squashed.tar')) }]);
    if (again === undefined) throw new Broken('what was squashed grows when it is squashed again');
    await alike('what was squashed, and squashed again,', placed.value, again);
    const entries = await held(entriesAt(placeOf(placed.value, 'squashed.tar')));
    const paths = entries.map(({ header }) => header.name.replace(/\/$/, ''));
    if (new Set(paths).size < paths.length)
      throw new Broken('a path stands twice in what was squashed', paths.join(' '));
    const outside = paths.find((path) => path.startsWith('/') || path.split('/').includes('..'));
    if (outside !== undefined) throw new Broken('a path leaves the root in what was squashed', outside);
    return `taken ${[...new Set(entries.map(({ header }) => header.type))].sort().join(' ')}`;
  },
};

function seeds(): Sample[] {
  // The large one says nothing that a small one does not.
  const all = layers().filter(({ length }) => length < 16 * 1024 && length > 1024);
  return all.map((bytes, at) => [
    bytes,
    all[(at * 7 + 3) % all.length]!,
    ...(at % 3 === 0 ? [all[(at * 5 + 1) % all.length]!] : []),
  ]);
}

/** Throws where two layers are not the same bytes, and says in which fields they differ. */
async function alike(what: string, one: Buffer, two: Buffer): Promise<void> {
  if (one.equals(two)) return;
  const [a, b] = [await held(entriesOf('one.tar', [one])), await held(entriesOf('two.tar', [two]))];
  if (a.length !== b.length) throw new Broken(`${what} have another number of entries`, `${a.length} and ${b.length}`);
  for (const [at, { header, content }] of a.entries()) {
    same(what, header, b[at]!.header);
    if (content && b[at]!.content && !content.equals(b[at]!.content!)) throw new Broken(`${what} differ in a body`);
  }
  throw new Broken(`${what} differ in the bytes of a header`);
}

function squashed(list: readonly Layer[]): Promise<Buffer | undefined> {
  return collected((sink) => pump(source(list), squashing(), pack(), sink));
}
