import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { InputError } from '../../lib/errors.ts';
import { sha256 } from '../entries.ts';
import { folder } from '../peers/tools.ts';
import { csv, installed, PACKAGES, row, type Wheel, wheel } from './wheels.ts';
import { MTIME } from './zip.ts';

const INFO = `${PACKAGES}/demo-1.0.dist-info`;

test('a plain wheel: files, folders, owners, times, and what pip adds', async (t) => {
  const bytes = wheel({
    files: {
      'demo/__init__.py': 'x = 1\n',
      'demo/run': { content: '#!/bin/sh\n', mode: 0o100755 },
      'demo/dir/': '',
      'single.py': '',
    },
  });
  const layer = await installed(await folder(t), [bytes]);
  assert.deepEqual(layer.names, [
    ...[`${PACKAGES}/demo/`, `${PACKAGES}/demo/__init__.py`, `${PACKAGES}/demo/run`, `${INFO}/`],
    ...['INSTALLER', 'METADATA', 'RECORD', 'REQUESTED', 'WHEEL', 'direct_url.json'].map((name) => `${INFO}/${name}`),
    `${PACKAGES}/single.py`,
  ]);
  const { header } = layer.entry(`${PACKAGES}/demo/run`);
  assert.deepEqual(
    [header.mode, header.uid, header.gid, header.uname, header.gname, header.mtime],
    [0o755, 0, 0, 'root', 'root', MTIME],
  );
  assert.equal(layer.entry(`${PACKAGES}/single.py`).header.mode, 0o644);
  const made = layer.entry(`${INFO}/INSTALLER`);
  assert.deepEqual([made.content.toString(), made.header.mtime, made.header.mode], ['pip\n', 0, 0o644]);
  assert.equal(layer.text(`${INFO}/REQUESTED`), '');
  const digest = createHash('sha256').update(bytes).digest('hex');
  assert.equal(
    layer.text(`${INFO}/direct_url.json`),
    `{"archive_info": {"hash": "sha256=${digest}", "hashes": {"sha256": "${digest}"}}, "url": "file:///demo-1.0-py3-none-any.whl"}`,
  );
});

test('RECORD: order, quoting, digests carried', async (t) => {
  const carried = (path: string) => row(path, 'data\n', 'sha512');
  const layer = await installed(await folder(t), [
    wheel({
      files: {
        'demo/b.py': 'b',
        'demo/a,"b".txt': 'q',
        'demo/\u{1f600}': 'e',
        'demo/\uff5e': 'f',
        'demo/x': 'data\n',
        'demo-1.0.data/scripts/tool': '#!python -s\nprint()\n',
        'demo-1.0.dist-info/RECORD.jws': '{}',
      },
      entryPoints: '[console_scripts]\ndemo = demo:main\n',
      record: (rows) =>
        rows.filter(([path]) => !path.endsWith('.jws')).map((one) => (one[0] === 'demo/x' ? carried(one[0]) : one)),
    }),
  ]);
  const record = layer.text(`${INFO}/RECORD`);
  const list = record.split('\r\n').slice(0, -1);
  assert.ok(!record.replaceAll('\r\n', '').includes('\n'));
  const paths = list.map((line) => line.replace(/,[^,]*,[^,]*$/, ''));
  assert.deepEqual(paths, [
    ...['../../../bin/demo', '../../../bin/tool'],
    ...[
      'INSTALLER',
      'METADATA',
      'RECORD',
      'RECORD.jws',
      'REQUESTED',
      'WHEEL',
      'direct_url.json',
      'entry_points.txt',
    ].map((name) => `demo-1.0.dist-info/${name}`),
    ...['"demo/a,""b"".txt"', 'demo/b.py', 'demo/x', 'demo/\uff5e', 'demo/\u{1f600}'],
  ]);
  assert.ok(list.includes('demo-1.0.dist-info/RECORD,,') && list.includes('demo-1.0.dist-info/RECORD.jws,,'));
  assert.ok(list.includes(csv([carried('demo/x')], '')), 'a digest of another kind is carried');
  assert.ok(
    list.includes(csv([row('../../../bin/tool', '#!/usr/local/bin/python3.12\nprint()\n')], '')),
    'a script that changed is hashed anew',
  );
  assert.ok(list.includes(csv([row('../../../bin/demo', layer.text('usr/local/bin/demo'))], '')));
});

test('.data is spread over the scheme', async (t) => {
  const layer = await installed(await folder(t), [
    wheel({
      name: 'My.Demo_x',
      files: {
        'My.Demo_x-1.0.data/purelib/p.py': 'p',
        'My.Demo_x-1.0.data/platlib/q.py': 'q',
        'My.Demo_x-1.0.data/headers/sub/h.h': 'h',
        'My.Demo_x-1.0.data/scripts/s1': { content: '#!pythonw\r\nx\n', mode: 0o100755 },
        'My.Demo_x-1.0.data/scripts/s2': '#!/bin/sh\n',
        'My.Demo_x-1.0.data/data/share/man/man1/x.1': 'm',
        'My.Demo_x-1.0.data/data/own/y': 'y',
        'other.data/data/etc/z': 'z',
      },
    }),
  ]);
  assert.equal(layer.text(`${PACKAGES}/p.py`), 'p');
  assert.equal(layer.text(`${PACKAGES}/q.py`), 'q');
  assert.equal(layer.text('usr/local/include/python3.12/My.Demo-x/sub/h.h'), 'h');
  assert.equal(layer.text('usr/local/bin/s1'), '#!/usr/local/bin/python3.12\nx\n');
  assert.equal(layer.text('usr/local/bin/s2'), '#!/bin/sh\n');
  assert.deepEqual(
    [layer.entry('usr/local/bin/s1').header.mode, layer.entry('usr/local/bin/s2').header.mode],
    [0o755, 0o644],
  );
  assert.deepEqual(
    [layer.text('usr/local/share/man/man1/x.1'), layer.text('usr/local/own/y'), layer.text('usr/local/etc/z')],
    ['m', 'y', 'z'],
  );
  for (const owned of ['usr/', 'usr/local/', 'usr/local/bin/', 'usr/local/share/', 'usr/local/etc/', `${PACKAGES}/`])
    assert.ok(!layer.names.includes(owned), `${owned} may be the base's`);
});

test('wheels that install one path: alike is fine, differently is not', async (t) => {
  const place = await folder(t);
  const named = (name: string, files: Wheel['files']) => wheel({ name, ...(files && { files }) });
  const both = await installed(place, [named('a', { 'ns/__init__.py': '' }), named('b', { 'ns/__init__.py': '' })]);
  assert.equal(both.names.filter((name) => name.endsWith('ns/__init__.py')).length, 1);
  assert.equal(new Set(both.names).size, both.names.length);
  for (const other of [
    { 'ns/__init__.py': 'x' },
    { 'ns/__init__.py': { content: '', mode: 0o100755 } },
    { ns: 'a file' },
    { 'ns/__init__.py/deeper': 'x' },
  ]) {
    await assert.rejects(
      installed(place, [named('a', { 'ns/__init__.py': '' }), named('b', other)]),
      InputError,
      JSON.stringify(other),
    );
  }
});

test('a file that two wheels install alike is verified in both', async (t) => {
  const one = (name: string, crc?: number) =>
    wheel({
      name,
      files: { 'ns/__init__.py': 'x = 1\n' },
      members: (list) => list.map((member) => (member.name === 'ns/__init__.py' && crc ? { ...member, crc } : member)),
    });
  const place = await folder(t);
  await assert.rejects(installed(place, [one('a', 1), one('b')]), /w0: .*ns\/__init__\.py has another CRC/);
  await assert.rejects(installed(place, [one('a'), one('b', 1)]), /w1: .*ns\/__init__\.py has another CRC/);
});

test('a wheel that is big: stored, deflated', async (t) => {
  const big = Buffer.alloc(3_000_000, 'abcdefg');
  const layer = await installed(await folder(t), [
    wheel({ files: { 'demo/big': { content: big }, 'demo/stored': { content: big, stored: true } } }),
  ]);
  for (const name of ['big', 'stored'])
    assert.equal(sha256(layer.entry(`${PACKAGES}/demo/${name}`).content), sha256(big));
});

test('a file that is far larger in the archive than outside', async (t) => {
  const content = 'x = 1\n';
  // RFC 1951, section 3.2.4: stored blocks may be empty.
  const packed = Buffer.concat([Buffer.alloc(5 * 20_000, Buffer.from('000000ffff', 'hex')), deflateRawSync(content)]);
  const layer = await installed(await folder(t), [wheel({ files: { 'demo/small.py': { content, packed } } })]);
  assert.equal(layer.text(`${PACKAGES}/demo/small.py`), content);
  assert.equal(Buffer.from('small buffers share memory').toString(), 'small buffers share memory');
});
