import assert from 'node:assert/strict';
import test from 'node:test';
import { directoryFlag, divide, lastValue } from '../../lib/go/flags.ts';

test('the flags of go build are parted from the rest, with their values', () => {
  const words = ['-ldflags', '-s -X main.a=b c', './x', '--tags=a,b', '-trimpath=false', '-o', 'f', '-v', '-C', 'dir'];
  const { build, rest } = divide([...words, '--', '-race']);
  assert.deepEqual(build, ['-C', 'dir', '-ldflags', '-s -X main.a=b c', '--tags=a,b', '-trimpath=false']);
  assert.deepEqual(rest, ['./x', '-o', 'f', '-v', '--', '-race']);
  assert.deepEqual(directoryFlag(build), ['-C', 'dir']);
  assert.equal(lastValue(['-pgo', 'a', '-pgo=b'], 'pgo'), 'b');
  assert.equal(lastValue(build, 'overlay'), undefined);
});

test('flags that would keep go from building are refused', () => {
  for (const word of ['-n', '-json']) assert.throws(() => divide([word, '.']), /makes no sense here/);
  assert.throws(() => divide(['-tags']), /-tags needs a value/);
});
