import assert from 'node:assert/strict';
import { PassThrough, Readable, Writable } from 'node:stream';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { flow } from '../../lib/streams/flow.ts';
import { collected, forget, pieces, pumpAll } from '../entries.ts';

test('a flow may give more than it takes, leave input, and cleans up when it is destroyed', async () => {
  const doubled = flow<string, string>(
    async function* (input) {
      for await (const word of input) yield* [word, word];
      yield 'end';
    },
    { from: 'objects', to: 'objects' },
  );
  assert.deepEqual(await Readable.from(['a', 'b']).pipe(doubled).toArray(), ['a', 'a', 'b', 'b', 'end']);

  let written = 0;
  const leaving = flow<Buffer, Buffer>(
    async function* (input) {
      for await (const chunk of input) return yield chunk;
    },
    { from: 'bytes', to: 'bytes' },
  );
  const source = Readable.from(
    (function* () {
      for (; written < 50; written++) yield Buffer.alloc(1000);
    })(),
  );
  assert.equal((await collected(source, leaving)).length, 1000);
  assert.equal(written, 50, 'what it leaves is read all the same');

  const deaf = flow<Buffer, Buffer>(
    async function* () {
      await turn();
      yield Buffer.from('x');
    },
    { from: 'bytes', to: 'bytes' },
  );
  assert.equal(
    (await collected(pieces(Buffer.alloc(50_000), 1000), deaf)).toString(),
    'x',
    'nor is it held up by what nobody takes',
  );

  let cleaned = 0;
  for (const gives of [true, false]) {
    const stuck = flow<string, string>(
      async function* (input) {
        try {
          for await (const word of input) if (gives) yield word;
        } finally {
          cleaned++;
        }
      },
      { from: 'objects', to: 'objects' },
    );
    stuck.on('error', () => {});
    stuck.write('a');
    stuck.resume();
    await turn();
    stuck.destroy(new Error('gone'));
    await turn();
  }
  assert.equal(cleaned, 2);

  const throwing = flow<string, string>(
    // biome-ignore lint/correctness/useYield: it fails before
    async function* () {
      throw new Error('work failed');
    },
    { from: 'objects', to: 'objects' },
  );
  await assert.rejects(pumpAll(Readable.from(['a']), throwing, forget()), /work failed/);
});

test('pump waits for its last stream and rejects with the first error', async () => {
  let finished = false;
  const late = new Writable({
    write: (_chunk, _encoding, callback) => callback(),
    final(callback) {
      setTimeout(() => {
        finished = true;
        callback();
      }, 20);
    },
  });
  await pumpAll(pieces(Buffer.from('x')), new PassThrough(), late);
  assert.ok(finished);
});
