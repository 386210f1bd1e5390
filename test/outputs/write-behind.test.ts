import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { writeBehind } from '../../lib/bytes/write-behind.ts';
import { folder } from '../peers/tools.ts';

const MOST = 1000;

test('bytes are written in their order, with a hole where one was asked for, and who adds much waits', async (t) => {
  const path = join(await folder(t), 'file');
  const fd = openSync(path, 'w');
  let written = 0;
  const behind = writeBehind(fd, { most: MOST, offset: 0, wrote: (size) => (written += size) });
  const expected: Buffer[] = [];
  let waits = 0;
  for (let at = 0; at < 300; at++) {
    const chunk = Buffer.alloc(at % 70, `${at % 10}`);
    expected.push(chunk);
    const more = behind.add([chunk]);
    if (more) {
      waits++;
      await more;
    }
  }
  assert.ok(waits > 0, 'nobody waited');
  await behind.written();
  behind.skip(5);
  behind.add([Buffer.from('end')]);
  await behind.written();
  const all = Buffer.concat([...expected, Buffer.alloc(5), Buffer.from('end')]);
  assert.ok(readFileSync(path).equals(all));
  assert.equal(written, all.length - 5);
  closeSync(fd);
});

test('a failure is told at once, to whoever adds next, and at the end; what waits is forgotten', async (t) => {
  const path = join(await folder(t), 'file');
  writeFileSync(path, '');
  const fd = openSync(path, 'r');
  const told: unknown[] = [];
  const behind = writeBehind(fd, { most: MOST, failed: (error) => told.push(error) });
  behind.add([Buffer.alloc(10)]);
  await assert.rejects(behind.written(), { code: 'EBADF' });
  assert.equal(told.length, 1);
  await assert.rejects(behind.add([Buffer.alloc(10)]) ?? Promise.resolve(), { code: 'EBADF' });
  await assert.rejects(behind.written(), { code: 'EBADF' });
  await behind.stop();
  closeSync(fd);
});
