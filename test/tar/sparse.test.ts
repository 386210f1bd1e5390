import assert from 'node:assert/strict';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { InputError } from '../../lib/errors.ts';
import { type Held, read, sha256 } from '../entries.ts';
import { folder, peers, run } from '../peers/tools.ts';
import { archive, base256, block, body, file, GNU, octal, pax } from './blocks.ts';

type Stretch = readonly [offset: number, content: string];

const stored = (map: readonly Stretch[]) => map.map(([, content]) => content).join('');
const sizes = (map: readonly Stretch[]) => map.flatMap(([offset, content]) => [offset, content.length]);

/** The same file in each of GNU's four ways; `map` may be given otherwise than it is stored. */
const dialects: Record<string, (size: number, map: readonly Stretch[], told?: readonly number[]) => Buffer> = {
  'old GNU'(size, map, told = sizes(map)) {
    const fields = told.map((number): [number, string] => [0, octal(number, 12)]);
    const place = (list: typeof fields, start: number) =>
      list.map(([, text], at): [number, string] => [start + at * 12, text]);
    const first = [...place(fields.slice(0, 8), 386), [482, fields.length > 8 ? '\x01' : '\0'] as [number, string]];
    const head = block({
      flag: 'S',
      magic: GNU,
      size: octal(stored(map).length, 12),
      more: [...first, [483, octal(size, 12)]],
    });
    const more: Buffer[] = [];
    for (let at = 8; at < fields.length; at += 42) {
      const extension = Buffer.alloc(512);
      for (const [offset, text] of place(fields.slice(at, at + 42), 0)) extension.write(text, offset, 'latin1');
      extension[504] = at + 42 < fields.length ? 1 : 0;
      more.push(extension);
    }
    return Buffer.concat([head, ...more, body(stored(map))]);
  },
  '0.0'(size, map, told = sizes(map)) {
    const pairs: [string, string][] = [
      ['GNU.sparse.size', `${size}`],
      ['GNU.sparse.numblocks', `${told.length / 2}`],
    ];
    for (const [at, number] of told.entries())
      pairs.push([at % 2 ? 'GNU.sparse.numbytes' : 'GNU.sparse.offset', `${number}`]);
    return Buffer.concat([pax(pairs), file(stored(map))]);
  },
  '0.1'(size, map, told = sizes(map)) {
    const list: [string, string][] = [
      ['GNU.sparse.size', `${size}`],
      ['GNU.sparse.map', told.join(',')],
      ['GNU.sparse.name', 'file'],
    ];
    return Buffer.concat([pax(list), file(stored(map), { name: 'GNUSparseFile.0/file' })]);
  },
  '1.0'(size, map, told = sizes(map)) {
    const list: [string, string][] = [
      ['GNU.sparse.major', '1'],
      ['GNU.sparse.minor', '0'],
      ['GNU.sparse.name', 'file'],
      ['GNU.sparse.realsize', `${size}`],
    ];
    const head = body([told.length / 2, ...told, ''].join('\n')).toString('latin1');
    return Buffer.concat([pax(list), file(head + stored(map), { name: 'GNUSparseFile.0/file' })]);
  },
};

function expanded(size: number, map: readonly Stretch[]): Buffer {
  const whole = Buffer.alloc(size);
  for (const [offset, content] of map) whole.write(content, offset, 'latin1');
  return whole;
}

const many = Array.from({ length: 120 }, (_, at): Stretch => [at * 1000, `${at}`.padEnd(10)]);

const maps: [what: string, size: number, map: readonly Stretch[]][] = [
  [
    'two stretches',
    200_000,
    [
      [1000, 'hello'],
      [150_000, 'x'.repeat(512)],
    ],
  ],
  ['only a hole', 100_000, [[100_000, '']]],
  ['no hole', 3, [[0, 'abc']]],
  [
    'a hole at its end',
    70_000,
    [
      [0, 'abc'],
      [70_000, ''],
    ],
  ],
  ['many stretches', 120_000, many],
];

for (const [dialect, make] of Object.entries(dialects)) {
  for (const [what, size, map] of maps) {
    test(`expands sparse ${dialect}: ${what}`, async () => {
      for (const chunk of [1 << 16, 333]) {
        const [found, next, ...others] = await read(archive(make(size, map), file('next', { name: 'next' })), chunk);
        assert.equal(others.length, 0);
        assert.equal(found!.header.name, 'file');
        assert.equal(found!.header.type, 'file');
        assert.equal(found!.header.size, size);
        assert.deepEqual([...found!.header.pax], []);
        assert.equal(sha256(found!.content), sha256(expanded(size, map)));
        assert.equal(found!.raw, undefined, 'its blocks no longer say what it is');
        assert.equal(next!.content.toString(), 'next');
      }
    });
  }

  const two: Stretch[] = [
    [0, 'abc'],
    [1000, 'def'],
  ];
  const hostile: [what: string, size: number, told: number[]][] = [
    ['overlapping', 2000, [0, 3, 2, 3]],
    ['backwards', 2000, [1000, 3, 0, 3]],
    ['past the end', 1001, [0, 3, 1000, 3]],
    ['more than is stored', 2000, [0, 3, 1000, 4]],
    ['less than is stored', 2000, [0, 3, 1000, 2]],
    ['empty', 2000, []],
  ];
  for (const [what, size, told] of hostile) {
    test(`refuses sparse ${dialect}: a map that is ${what}`, async () => {
      await assert.rejects(
        read(archive(make(size, two, told))),
        (error) => error instanceof InputError && /sparse map/.test(error.message),
      );
    });
  }
}

test('refuses sparse maps that are no maps', async () => {
  const one = (key: string, value: string) =>
    pax([
      ['GNU.sparse.size', '10'],
      [key, value],
    ]);
  const big: [string, string][] = [
    ['GNU.sparse.major', '1'],
    ['GNU.sparse.realsize', '10'],
  ];
  const broken = [
    Buffer.concat([one('GNU.sparse.map', '0,1,2'), file('a')]),
    Buffer.concat([one('GNU.sparse.map', '0,x'), file('a')]),
    Buffer.concat([one('GNU.sparse.map', '-1,1'), file('a')]),
    Buffer.concat([one('GNU.sparse.map', '0,99999999999999999'), file('a')]),
    Buffer.concat([pax(big), file('a')]),
    Buffer.concat([pax(big), file('9999999\n'.padEnd(1024))]),
    Buffer.concat([pax(big), file('1\n0\nx\n'.padEnd(1024))]),
    block({
      flag: 'S',
      magic: GNU,
      more: [
        [386, base256(-5n, 12)],
        [398, octal(1, 12)],
        [483, octal(10, 12)],
      ],
    }),
  ];
  for (const bytes of broken) await assert.rejects(read(archive(bytes)), InputError);
});

test('expands sparse files of GNU tar', async (t) => {
  if (!peers(t, 'tar')) return;
  const place = await folder(t);
  if (!(await run('tar', ['--version'])).stdout.toString().includes('GNU')) return t.skip('missing: GNU tar');
  writeFileSync(join(place, 'sparse'), 'begin');
  truncateSync(join(place, 'sparse'), 3_000_000);
  writeFileSync(join(place, 'sparse'), 'end', { flag: 'a' });
  const whole = readFileSync(join(place, 'sparse'));
  const ways = [
    ['--format=gnu'],
    ...['0.0', '0.1', '1.0'].map((version) => ['--format=posix', `--sparse-version=${version}`]),
  ];
  for (const way of ways) {
    const { stdout } = await run('tar', ['-C', place, ...way, '--sparse', '-cf', '-', 'sparse']);
    if (stdout.length > 1_000_000) return t.skip('missing: a file system with holes');
    const [found]: Held[] = await read(stdout);
    assert.equal(found!.header.name, 'sparse', way.join(' '));
    assert.equal(sha256(found!.content), sha256(whole), way.join(' '));
  }
});
