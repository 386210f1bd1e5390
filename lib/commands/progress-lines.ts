import { sizeText } from '../bytes/size.ts';

/** Something that moves. */
export interface Moving {
  /** What it is called in front of a person. */
  readonly name: string;
  /** What is told behind the name, and changes. */
  readonly note?: string;
  /** Bytes that have moved. Where it is read several times, all of them. */
  readonly bytes: number;
  /** Bytes that there are, where that is known. */
  readonly size: number | undefined;
  /** What happens to it, where that is not to be seen: `written`. */
  readonly how?: string;
}

/** Characters of a bar, and of the longest name that is not shortened. */
const [BAR, NAME] = [20, 44];

/** Nobody can tell for longer than a day, in seconds. */
const LONGEST = 24 * 60 * 60;

/** Over so many milliseconds a rate is taken. */
const SPAN = 3000;

/** Tells how fast things get on. */
export interface Pace {
  /** Bytes a second of what has that name, as of late; 0 where that is not known yet. */
  rate(moving: Moving, now: number): number;
}

export function pace(): Pace {
  const samples = new Map<string, { at: number; bytes: number }[]>();
  return {
    rate({ name, bytes }, now) {
      const list = samples.get(name) ?? [];
      samples.set(name, list);
      list.push({ at: now, bytes });
      while (list.length > 2 && now - list[0]!.at > SPAN) list.shift();
      const [first] = list;
      return first === undefined || now === first.at
        ? 0
        : Math.round(((bytes - first.bytes) / (now - first.at)) * 1000);
    },
  };
}

/** A line on a terminal: name, bar, share, bytes, rate, and the time that is left. */
export function drawnLine(moving: Moving, rate: number, nameWidth: number): string {
  const { how } = moving;
  const start = titleOf(moving).padEnd(nameWidth);
  if (moving.bytes === 0) return `${start}  waiting`;
  const { part, passes, size } = shareOf(moving);
  const speed = rate > 0 ? `  ${sizeText(rate)}/s` : '';
  if (part === undefined) return `${start}  ${sizeText(moving.bytes)}${how ? ` ${how}` : ''}${speed}`;
  const filled = Math.round(part * BAR);
  const bar = `[${'='.repeat(filled)}${' '.repeat(BAR - filled)}]`;
  const share = `${Math.floor(part * 100)}`.padStart(3);
  const end = part === 1 ? '' : `${speed}${left(size * (1 - part), rate)}`;
  return `${start}  ${bar} ${share}% of ${sizeText(size)}${passes > 0 ? ', again' : ''}${how ? ` ${how}` : ''}${end}`;
}

/** The same in words, for a log. */
export function plainPart(moving: Moving): string {
  const { part, passes, size } = shareOf(moving);
  const name = titleOf(moving);
  if (moving.bytes === 0) return `${name} waiting`;
  if (part === undefined) return `${name} ${sizeText(moving.bytes)}${moving.how ? ` ${moving.how}` : ''}`;
  return `${name} ${Math.floor(part * 100)}% of ${sizeText(size)}${passes > 0 ? ', again' : ''}`;
}

/** How much of it has moved. A size that was moved twice begins again. */
function shareOf({ bytes, size }: Moving): { part: number | undefined; passes: number; size: number } {
  if (size === undefined || size === 0) return { part: undefined, passes: 0, size: 0 };
  const passes = Math.max(0, Math.ceil(bytes / size) - 1);
  return { part: (bytes - passes * size) / size, passes, size };
}

function left(bytes: number, rate: number): string {
  if (rate <= 0 || bytes / rate > LONGEST) return '';
  const seconds = Math.ceil(bytes / rate);
  return seconds < 100 ? `  ${seconds} s left` : `  ${Math.ceil(seconds / 60)} min left`;
}

/** The columns that the names take. */
export function widthOf(all: readonly Moving[]): number {
  return Math.max(0, ...all.map((moving) => titleOf(moving).length));
}

function titleOf({ name, note = '' }: Moving): string {
  return shortened(name) + note;
}

/** What is too long loses its middle: the beginning says what it is, the end which one. */
function shortened(name: string): string {
  if (name.length <= NAME) return name;
  const end = Math.floor((NAME - 1) / 2);
  return `${name.slice(0, NAME - 1 - end)}…${name.slice(-end)}`;
}
