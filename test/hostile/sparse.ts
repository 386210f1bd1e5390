import { archive, base256, block, body, GNU, octal, pax } from '../tar/blocks.ts';
import { either, refused, taken } from './case.ts';

/* Sparse files of GNU, in their four dialects. */

export type Stretch = readonly [offset: number | bigint, size: number | bigint];

export const field = (value: number | bigint) =>
  BigInt(value) < 1n << 33n ? octal(Number(value), 12) : base256(BigInt(value), 12);

/** The old dialect: the map in the header, 21 stretches in each block behind it. */
export function old(stretches: readonly Stretch[], size: number | bigint, stored: number, claims = stored): Buffer {
  const at = (list: readonly Stretch[], from: number): [number, Buffer | string][] =>
    list.flatMap(([offset, length], index) => [
      [from + index * 24, field(offset)],
      [from + index * 24 + 12, field(length)],
    ]);
  const rest = stretches.slice(4);
  const header = block({
    name: 'x',
    flag: 'S',
    magic: GNU,
    size: octal(claims, 12),
    more: [...at(stretches.slice(0, 4), 386), [482, rest.length > 0 ? '\x01' : '\0'], [483, field(size)]],
  });
  const blocks: Buffer[] = [];
  for (let from = 0; from < rest.length; from += 21) {
    const more = Buffer.alloc(512);
    for (const [offset, value] of at(rest.slice(from, from + 21), 0)) Buffer.from(value).copy(more, offset);
    more[504] = from + 21 < rest.length ? 1 : 0;
    blocks.push(more);
  }
  return Buffer.concat([header, ...blocks, body('d'.repeat(stored))]);
}

export const zero =
  (records: [string, string][], stored: number, name = 'x') =>
  () =>
    archive(pax(records), block({ name, size: octal(stored, 12) }), body('d'.repeat(stored)));

export const one =
  (map: string, realsize: string, stored: number, more: [string, string][] = []) =>
  () => {
    const content = Buffer.concat([body(map), Buffer.from('d'.repeat(stored))]);
    const records: [string, string][] = [
      ['GNU.sparse.major', '1'],
      ['GNU.sparse.minor', '0'],
      ['GNU.sparse.name', 'x'],
      ['GNU.sparse.realsize', realsize],
      ...more,
    ];
    return archive(pax(records), block({ name: 'GNUSparseFile.0/x', size: octal(content.length, 12) }), body(content));
  };

export const is = (size: number, content?: string) =>
  taken({ entries: ['x'], facts: { x: { type: 'file', size, ...(content !== undefined && { content }) } } });

export const wrong = refused(/sparse/);

export const hole = (size: number) => '\0'.repeat(size);

/** What is not expanded may be told. */
export const listed = { inspect: either(), 'inspect --list': either(), image: either() };
