import type { Writable } from 'node:stream';
import type { Digest } from '../bytes/digest.ts';
import { compressionAt, decompress } from '../codecs/compression.ts';
import type { Entry } from '../entries/entry.ts';
import { openOutput } from '../outputs/output.ts';
import { byteSink, type Source } from '../streams/flow.ts';
import { measure } from '../streams/measure.ts';
import { pump } from '../streams/pump.ts';
import { readThrough } from '../streams/read-through.ts';
import { source } from '../streams/source.ts';
import { pack } from '../tar/pack.ts';
import { entriesAt, unpack } from '../tar/unpack.ts';
import { abortable } from './abort.ts';
import { type Bytes, openBytes } from './input.ts';

interface LayerOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The entries of a layer, whatever it is compressed with. The stream fails with an InputError where the layer is cut off or
 * damaged.
 *
 * A body over 64 KiB may be a stream, which must be read, or given up with `drop`, before the next entry comes.
 */
export function readLayer(layer: Bytes, { signal }: LayerOptions = {}): Source<Entry> {
  return source(entriesOf(layer, signal));
}

async function* entriesOf(layer: Bytes, signal: AbortSignal | undefined): AsyncGenerator<Entry> {
  signal?.throwIfAborted();
  const input = await openBytes(layer);
  const close = (): void => {
    void input.close();
  };
  signal?.addEventListener('abort', close);
  try {
    // Bodies of a file are places, which may be read when the last entry has long been given.
    const place = input.place && compressionAt(input.place) === 'none' ? input.lastingPlace() : undefined;
    if (place) {
      for (const entry of entriesAt(place)) {
        signal?.throwIfAborted();
        yield entry;
      }
    } else {
      const entries = unpack(input.name);
      yield* readThrough(entries, pump(input.bytes(), decompress(input.name).stream, entries));
    }
    await input.unchanged();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', close);
    await input.close();
  }
}

/** A layer that was written. */
export interface WrittenLayer {
  /** Of its bytes, which is the layer's diff_id too. */
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
}

/**
 * Writes entries as a plain layer: canonically, but for those that are as they were read, which keep their bytes.
 *
 * @param to a stream, or the path of a file, which appears whole or not at all; `-` is standard output
 */
export async function writeLayer(
  entries: Iterable<Entry> | AsyncIterable<Entry>,
  to: string | Writable,
  { signal }: LayerOptions = {},
): Promise<WrittenLayer> {
  const output = typeof to === 'string' ? await openOutput(to) : byteSink(to);
  const written = measure();
  const stop = (): void => {
    output.destroy(new Error('the signal was aborted'));
  };
  await abortable(signal, stop, () => pump(source(entries), pack(), written.stream, output));
  return { digest: written.digest(), size: written.size() };
}
