import { type ProgressChoice, sizeText } from './progress.ts';
import type { Watch } from '../registry/watch.ts';

interface Choices extends ProgressChoice {
  readonly verbose: boolean;
}

/** A bar is drawn so often, in milliseconds. */
const PACE = 200;
/** Characters of a bar. */
const WIDTH = 24;

interface Bar {
  readonly name: string;
  readonly size: number | undefined;
  moved: number;
}

/**
 * Tells a person which blobs are moved: on a terminal a bar for each that is under way; with -v, or in plain words, a
 * line for each that is there; otherwise nothing.
 */
export function blobProgress(
  command: string,
  { progress = 'auto', quiet, verbose }: Choices,
): Watch & { stop(): void } {
  const drawn = progress === 'auto' && process.stderr.isTTY === true && !quiet;
  const told = !quiet && (verbose || progress === 'plain');
  /** By their names: one that is begun again takes the place of its first attempt. */
  const bars = new Map<string, Bar>();
  /** Lines of bars that are on the screen. */
  let lines = 0;

  function erase(): void {
    if (lines > 0) process.stderr.write(`\x1b[${lines}F\x1b[J`);
    lines = 0;
  }

  function draw(): void {
    erase();
    const width = Math.max(20, (process.stderr.columns || 80) - 1);
    for (const bar of bars.values()) process.stderr.write(`${barText(bar).slice(0, width)}\n`);
    lines = bars.size;
  }

  function say(text: string): void {
    erase();
    process.stderr.write(`layertool ${command}: ${text}\n`);
  }

  const timer = drawn ? setInterval(draw, PACE).unref() : undefined;
  return {
    blob(name, size) {
      const bar: Bar = { name: short(name), size, moved: 0 };
      bars.set(name, bar);
      return {
        moved(bytes) {
          bar.moved += bytes;
        },
        done(digest, bytes, how) {
          bars.delete(name);
          if (told) say(`${digest} ${sizeText(bytes)} ${how}`);
        },
      };
    },
    again(what, pause) {
      if (told) say(`${what}; trying again in ${pause / 1000} s`);
    },
    stop() {
      clearInterval(timer);
      erase();
    },
  };
}

/** A digest as docker shortens it; of a path its end. */
function short(name: string): string {
  return /^sha256:([0-9a-f]{12})/.exec(name)?.[1] ?? name.slice(-12).padStart(12);
}

function barText({ name, size, moved }: Bar): string {
  // What is compressed on the way has no size yet, and some blobs are sent twice.
  if (size === undefined || size === 0) return `${name}  ${sizeText(moved)}`;
  const part = Math.min(1, moved / size);
  const filled = Math.round(part * WIDTH);
  return `${name}  [${'#'.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${sizeText(moved)} of ${sizeText(size)}`;
}
