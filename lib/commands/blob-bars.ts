import { sizeText } from '../bytes/size.ts';
import type { Watch } from '../http/progress.ts';
import { isDrawn, type ProgressChoice } from './progress.ts';
import { screen, tell } from './terminal.ts';

interface Choices extends ProgressChoice {
  readonly verbose: boolean;
}

/** Bars are drawn so often, in milliseconds. */
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
export function blobBars(command: string, choices: Choices): Watch & { stop(): void } {
  const drawn = isDrawn(choices);
  const listed = !choices.quiet && (choices.verbose || choices.progress === 'plain');
  const { draw, erase } = screen();
  /** By their names: one that is begun again takes the place of its first attempt. */
  const bars = new Map<string, Bar>();

  function say(text: string): void {
    erase();
    tell(`layertool ${command}: ${text}`);
  }

  const timer = drawn ? setInterval(() => draw([...bars.values()].map(barText)), PACE).unref() : undefined;
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
          if (listed) say(`${digest} ${sizeText(bytes)} ${how}`);
        },
      };
    },
    again(what, pause) {
      if (listed) say(`${what}; trying again in ${pause / 1000} s`);
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
