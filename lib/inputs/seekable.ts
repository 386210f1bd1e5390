import { compressionAt, decompress } from '../codecs/compression.ts';
import { InputError } from '../errors.ts';
import { type Input, together } from './input.ts';
import type { Place } from '../bytes/place.ts';
import { pump } from '../streams/pump.ts';
import { into, type Spill, spill } from '../bytes/spill.ts';

/** Inputs that can be read at any time. */
export interface Placed {
  readonly places: Place[];
  /** Frees the temporary files. */
  close(): Promise<void>;
}

/**
 * Gives every input a place: a file is one; pipes go into spills, all at once, since the writers of two may wait for
 * each other (a `tee` into both).
 *
 * @param content `plain` takes the inputs out of their compression first, `as it is` leaves them
 */
export async function placed(inputs: readonly Input[], content: 'plain' | 'as it is' = 'plain'): Promise<Placed> {
  const spills: Spill[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(spills.map((made) => made.close()));
  };
  async function place(input: Input): Promise<Place> {
    if (input.place && (content === 'as it is' || compressionAt(input.place) === 'none')) return input.place;
    const made = await spill(input.name);
    spills.push(made);
    const steps = content === 'plain' ? [decompress(input.name).stream] : [];
    await pump(input.bytes(), ...steps, into(made));
    // Told before the other pipes have ended, which may take long.
    if (made.size() === 0) throw new InputError(input.name, 'is empty', 'did the command in <( ) fail?');
    return await made.place(0, made.size());
  }
  try {
    return { places: await together(inputs, inputs.map(place)), close };
  } catch (error) {
    await close();
    throw error;
  }
}
