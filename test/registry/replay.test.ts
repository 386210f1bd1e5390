import assert from 'node:assert/strict';
import test from 'node:test';
import { replay } from '../../lib/registry/replay.ts';

/** Chunks that come when they are let. */
function slowly(chunks: string[]) {
  const waiting: (() => void)[] = [];
  async function* input() {
    for (const chunk of chunks) {
      await new Promise<void>((resolve) => waiting.push(resolve));
      yield Buffer.from(chunk);
    }
  }
  return { input: input(), come: () => waiting.shift()?.() };
}

async function rest(bytes: AsyncGenerator<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of bytes) text += chunk.toString();
  return text;
}

test('what was read is read again, as long as it was not much', async () => {
  const body = replay(
    (async function* () {
      for (const chunk of ['ab', 'cd', 'ef']) yield Buffer.from(chunk);
    })(),
    4,
  );
  const first = body.bytes();
  assert.equal((await first.next()).value?.toString(), 'ab');
  const second = body.bytes();
  assert.equal((await second.next()).value?.toString(), 'ab');
  assert.equal((await second.next()).value?.toString(), 'cd');
  assert.ok(body.canRestart());
  assert.equal(await rest(body.bytes()), 'abcdef');
  assert.ok(body.isOver() && !body.canRestart());
  assert.throws(() => body.bytes());
});

test('a chunk that an earlier reader waits for is not lost, nor is the start when it is one too many', async () => {
  const { input, come } = slowly(['ab', 'cd', 'ef']);
  const body = replay(input, 3);
  const first = body.bytes();
  const one = first.next();
  await new Promise(setImmediate);
  come();
  assert.equal((await one).value?.toString(), 'ab');
  const waits = first.next();
  await new Promise(setImmediate);
  const second = body.bytes();
  come();
  assert.equal((await waits).done, true);
  const all = rest(second);
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  come();
  assert.equal(await all, 'abcdef');
  assert.ok(!body.canRestart());
});
