import type { Sample } from '../target.ts';

/** What broke, in short to tell finds apart, and at length. */
export interface Verdict {
  readonly key: string;
  readonly what: string;
}

export interface Figures {
  readonly runs: number;
  readonly taken: number;
  /** Milliseconds in which these were run. */
  readonly time: number;
  /** Refusals that differ. */
  readonly refusals: number;
  /** Samples that led to something new, and are mutated further. */
  readonly kept: number;
  readonly reached: number;
  readonly all: number;
}

/** To the process that runs samples. */
export type Order =
  | {
      readonly kind: 'explore';
      /** The numbers of the first run and of the one behind the last. */
      readonly from: number;
      readonly to: number;
      /** The time at which it ends in any case. */
      readonly until: number;
      /** Keys of finds that need not be told again. */
      readonly known: readonly string[];
    }
  | {
      readonly kind: 'try';
      readonly sample: Sample;
      /** Whether is looked for what the run leaves behind, which takes longer. */
      readonly thorough: boolean;
    };

/** From it. */
export type News =
  | { readonly kind: 'ready' }
  | { readonly kind: 'figures'; readonly figures: Figures }
  | { readonly kind: 'find'; readonly verdict: Verdict; readonly run: number; readonly sample: Sample }
  | { readonly kind: 'tried'; readonly verdict: Verdict | undefined }
  | { readonly kind: 'done'; readonly run: number };
