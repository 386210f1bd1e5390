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
  /** The words that its value may be, and no other. */
  readonly choices: readonly string[] | undefined;
  /** What holds where it is not given, where that is no matter of course. */
  readonly default: string | undefined;
  readonly help: string;
}

/** A command, as its own help tells of it. */
export interface CommandPage {
  readonly name: string;
  /** What follows the name in the line of usage. */
  readonly usage: string;
  readonly about: string;
  /** Its own, and behind them those of every command. */
  readonly flags: readonly FlagPage[];
  /** How many are its own. */
  readonly own: number;
  readonly examples: readonly string[];
}

/** A command among the others. */
export interface ListedPage extends CommandPage {
  readonly summary: string;
  /** What its arguments may be. */
  readonly words: readonly string[] | 'files' | 'directories' | undefined;
  /** The exit status where the work failed. */
  readonly failed: number;
}

/** What stands for the flag, and for its value if it has one. */
export function flagNames({ long, short }: FlagPage): string[] {
  return short === undefined ? [long] : [short, long];
}

/** What is told of a flag: what it does, what its value may be, and what holds without it. */
export function flagText({ help, choices, default: fallback, isRepeatable }: FlagPage): string {
  const more = [
    ...(choices === undefined ? [] : [choices.join(', ')]),
    ...(fallback === undefined ? [] : [`default: ${fallback}`]),
    ...(isRepeatable ? ['repeatable'] : []),
  ];
  return more.length === 0 ? help : `${help} (${more.join('; ')})`;
}

/** A part of a text: a paragraph, or lines that stand as they are. */
export interface Block {
  readonly isVerbatim: boolean;
  readonly lines: readonly string[];
}

/** The parts of a text. Lines that are indented stand as they are, without their indentation. */
export function blocksOf(text: string): Block[] {
  const blocks: { isVerbatim: boolean; lines: string[] }[] = [];
  let isOpen = false;
  for (const line of text.split('\n')) {
    const isVerbatim = line.startsWith('  ');
    const last = blocks.at(-1);
    if (line === '') isOpen = false;
    else if (isOpen && last?.isVerbatim === isVerbatim) last.lines.push(line.slice(isVerbatim ? 2 : 0));
    else {
      blocks.push({ isVerbatim, lines: [line.slice(isVerbatim ? 2 : 0)] });
      isOpen = true;
    }
  }
  return blocks;
}
