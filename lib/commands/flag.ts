/** A flag of a command. Its name on the command line is its key with dashes. */
export interface Flag {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** What its value is called in the help. */
  readonly value?: string;
  /** It may be given several times, and is a list. */
  readonly many?: true;
  readonly choices?: readonly string[];
  /** What holds where it is not given, for the help. */
  readonly default?: string;
  readonly help: string;
}

export type Flags = Readonly<Record<string, Flag>>;

/** What every command takes. */
export const common = {
  output: {
    type: 'string',
    short: 'o',
    value: 'FILE',
    default: 'standard output',
    help: 'write to FILE, whole or not at all',
  },
  progress: {
    type: 'string',
    value: 'HOW',
    choices: ['auto', 'plain', 'none'],
    default: 'auto',
    help: 'tell how far the work is: on a terminal, in lines for a log, or not at all',
  },
  quiet: { type: 'boolean', short: 'q', help: 'say nothing but errors' },
  verbose: { type: 'boolean', short: 'v', help: 'say more, and where an error comes from' },
  noColor: { type: 'boolean', help: 'no colors on a terminal either; as NO_COLOR does' },
  help: { type: 'boolean', short: 'h', help: 'print this help' },
} as const satisfies Flags;

/** The name of a flag on the command line, without its dashes in front. */
export function dashed(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
