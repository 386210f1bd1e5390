import assert from 'node:assert/strict';
import test from 'node:test';
import { chunksOfSize } from '../../lib/memory/chunks.ts';

test('pieces of any size come out in their order, in whole chunks and a rest', () => {
  const chunks = chunksOfSize(10);
  const found: string[] = [];
  const take = (): void => void found.push(...chunks.takeFull().map(String));
  for (const piece of ['abc', '', 'defghij', 'k', 'lmnopqrstuvwxyzABCDEFGHIJ']) chunks.add(Buffer.from(piece));
  take();
  assert.deepEqual(found, ['abcdefghij', 'klmnopqrst', 'uvwxyzABCD']);
  chunks.advance(chunks.room().write('K'));
  chunks.flush();
  chunks.flush();
  take();
  assert.deepEqual(found.slice(3), ['EFGHIJK']);
  assert.equal(chunks.hasFull(), false);
});

test('what was taken stays as it is when more comes', () => {
  const chunks = chunksOfSize(4);
  chunks.add(Buffer.from('abcd'));
  const [first] = chunks.takeFull();
  chunks.add(Buffer.from('efgh'));
  assert.equal(String(first), 'abcd');
});
