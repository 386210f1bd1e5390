import type { Duplex, Readable, Writable } from 'node:stream';
import pumpStreams from 'pump';
import type { accepts, Flow, Sink, Source } from './flow.ts';

/** A stage, or, where they change nothing of what flows, any number of them, or none. */
type Stage<In, Out> = Flow<In, Out> | (In extends Out ? undefined | readonly Flow<In, In>[] : never);

/** Where values end: a typed sink, or for bytes any Writable. */
type End<In> = Sink<In> | (In extends Uint8Array ? Bytes : never);

/** Node's own Writables take bytes; those that take something else say so by their type. */
type Bytes = (Writable | NodeJS.WritableStream) & { readonly [accepts]?: (value: Buffer) => void };

/** What a stream gives: of Node's own Readables, which do not say, bytes. */
type Given<S extends Readable> = S extends Source<infer Out> ? (0 extends 1 & Out ? Buffer : Out) : never;

type Stream = Readable | Duplex | Writable | NodeJS.WritableStream;
type Streams = readonly (Stream | undefined | readonly Duplex[])[];

/**
 * Pumps the first stream through the others into the last, and resolves when that has finished. An error in any of them
 * destroys all of them with itself as the reason, so that whoever reads a body that one of them gave is told as well, and
 * is what this rejects with. A stage that is undefined is left out, and a list of stages stands for them in its order.
 *
 * A wrong order of stages does not compile: each must take what the one before it gives.
 */
export function pump<S extends Readable>(from: S, to: End<Given<S>>): Promise<void>;
export function pump<S extends Readable, B>(from: S, one: Stage<Given<S>, B>, to: End<B>): Promise<void>;
export function pump<S extends Readable, B, C>(
  from: S,
  one: Stage<Given<S>, B>,
  two: Stage<B, C>,
  to: End<C>,
): Promise<void>;
export function pump<S extends Readable, B, C, D>(
  from: S,
  one: Stage<Given<S>, B>,
  two: Stage<B, C>,
  three: Stage<C, D>,
  to: End<D>,
): Promise<void>;
export function pump<S extends Readable, B, C, D, E>(
  from: S,
  one: Stage<Given<S>, B>,
  two: Stage<B, C>,
  three: Stage<C, D>,
  four: Stage<D, E>,
  to: End<E>,
): Promise<void>;
export function pump<S extends Readable, B, C, D, E, F>(
  from: S,
  one: Stage<Given<S>, B>,
  two: Stage<B, C>,
  three: Stage<C, D>,
  four: Stage<D, E>,
  five: Stage<E, F>,
  to: End<F>,
): Promise<void>;
export function pump<S extends Readable, B, C, D, E, F, G>(
  from: S,
  one: Stage<Given<S>, B>,
  two: Stage<B, C>,
  three: Stage<C, D>,
  four: Stage<D, E>,
  five: Stage<E, F>,
  six: Stage<F, G>,
  to: End<G>,
): Promise<void>;
export function pump(...streams: Streams): Promise<void> {
  const there: Stream[] = streams.flatMap((stream) => stream ?? []);
  // A stream that is gone tells nobody of it any more, and the others would wait for it for ever.
  const gone = there.find((stream) => 'destroyed' in stream && stream.destroyed);
  if (gone) {
    for (const stream of there) if ('destroy' in stream) stream.destroy();
    const error = 'errored' in gone ? gone.errored : null;
    return Promise.reject(error ?? new Error('a stream was closed before it was pumped'));
  }
  const emitters: readonly NodeJS.EventEmitter[] = there;
  for (const emitter of emitters) {
    emitter.once('error', (error: Error) => {
      for (const stream of there) if ('destroy' in stream) stream.destroy(error);
    });
  }
  return new Promise((resolve, reject) => {
    pumpStreams(there, (error) => (error ? reject(error) : resolve()));
  });
}
