import type { Random } from '../peers/random.ts';

/** What a target is run on: one file, or several that belong together. */
export type Sample = readonly Buffer[];

/** Something that is fed with broken inputs, and what must hold whatever they are. */
export interface Target {
  readonly name: string;
  /** As many runs as a quick test makes, in less than a second mostly. */
  readonly quick: number;
  /** As long as one run may take, in milliseconds. */
  readonly limit: number;
  /** Bytes of a part past which a sample is cut. */
  readonly size: number;
  /** Why the target cannot be run here, if it cannot. */
  readonly missing?: string | undefined;
  /** Valid inputs. */
  seeds(): Sample[];
  /** A part of a sample, changed. `other` is the same part of another sample. */
  mutate(part: Buffer, dice: Random, other: Buffer, index: number): Buffer;
  /**
   * Runs a sample. Resolves with what came of it: `taken`, or the refusal, which tells samples apart. Rejects with a
   * Broken where an invariant does not hold; any other error is a find as well.
   */
  run(sample: Sample): Promise<string>;
  close?(): Promise<void>;
}
