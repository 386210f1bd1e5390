/** A flag, as help, completions and man pages tell of it. */
export interface FlagPage {
  /** With its dashes. */
  readonly long: string;
  readonly short: string | undefined;
  /** What its value is called; undefined where it has none. */
  readonly value: string | undefined;
  /** What the value may be, where that is known; `files` are those of this machine. */
  readonly values: readonly string[] | 'files' | undefined;
  readonly isRepeatable: boolean;
  readonly help: string;
}

/** A command. */
export interface CommandPage {
  readonly name: string;
  readonly summary: string;
  /** What follows the name in the line of usage. */
  readonly usage: string;
  readonly about: string;
  readonly flags: readonly FlagPage[];
  /** What its arguments may be. */
  readonly words: readonly string[] | 'files' | 'directories' | undefined;
  readonly examples: readonly string[];
  /** The exit status where the work failed. */
  readonly failed: number;
}

/** What stands for the flag, and for its value if it has one. */
export function flagNames({ long, short }: FlagPage): string[] {
  return short === undefined ? [long] : [short, long];
}
