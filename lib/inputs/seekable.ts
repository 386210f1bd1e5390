import type { Place } from '../bytes/place.ts';
import { spills } from '../bytes/spill.ts';
import { compressionAt, decompress } from '../codecs/compression.ts';
import { cutOff } from '../errors.ts';
import { pump } from '../streams/pump.ts';
import { spillInto } from '../streams/spilling.ts';
import { type Input, together } from './input.ts';

/** Inputs that can be read at any time, in their order. */
export interface Seekable {
  readonly places: Place[];
  /** Frees the temporary files. */
  close(): Promise<void>;
}

/**
 * Gives every input a place: a file is one; pipes go into spills, all at once, since the writers of two may wait for
 * each other (a `tee` into both). Rejects with an InputError where an input is empty, cut off or damaged.
 *
 * @param content `plain` takes the inputs out of their compression first, `as it is` leaves them
 */
export async function seekable(inputs: readonly Input[], content: 'plain' | 'as it is' = 'plain'): Promise<Seekable> {
  const store = spills();
  async function place(input: Input): Promise<Place> {
    if (input.place && (content === 'as it is' || compressionAt(input.place) === 'none')) return input.place;
    const spill = await store.make(input.name);
    const plain = content === 'plain' ? decompress(input.name).stream : undefined;
    await pump(input.bytes(), plain, spillInto(spill));
    // Told before the other pipes have ended, which may take long.
    if (spill.size() === 0) throw cutOff(input.name, 'is empty');
    return await spill.place(0, spill.size());
  }
  try {
    return { places: await together(inputs, inputs.map(place)), close: store.close };
  } catch (error) {
    await store.close();
    throw error;
  }
}
