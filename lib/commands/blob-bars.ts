import { sizeText } from '../bytes/size.ts';
import type { Watch } from '../http/progress.ts';
import { type ProgressChoice, showing } from './progress.ts';
import { tell } from './terminal.ts';

interface Choices extends ProgressChoice {
  readonly verbose: boolean;
}

interface Blob {
  readonly size: number | undefined;
  moved: number;
  isDone: boolean;
}

/**
 * Tells a person how the blobs of something are moved: on a terminal in one line for all, with -v, or in plain words, a
 * line for each that is there; otherwise nothing.
 *
 * @param title what they are of: a reference, a file
 * @param noun what one of them is called
 */
export function blobBars(command: string, choices: Choices, title: string, noun = 'blob'): Watch & { stop(): void } {
  const listed = !choices.quiet && (choices.verbose || choices.progress === 'plain');
  /** By their names: one that is begun again takes the place of its first attempt. */
  const blobs = new Map<string, Blob>();

  function sum() {
    const all = [...blobs.values()];
    const done = all.filter(({ isDone }) => isDone).length;
    const bytes = all.reduce((total, { moved }) => total + moved, 0);
    // What is compressed on the way has no size yet.
    const isKnown = all.every(({ size, isDone }) => isDone || size !== undefined);
    const size = all.reduce((total, blob) => total + (blob.isDone ? blob.moved : (blob.size ?? 0)), 0);
    const count = `${done} of ${all.length} ${noun}${all.length === 1 ? '' : 's'}`;
    return { name: title, note: `, ${count}`, bytes, size: isKnown && size > 0 ? Math.max(size, bytes) : undefined };
  }

  const shown = showing(command, drawnOnly(choices), false, () => (blobs.size === 0 ? [] : [sum()]));

  function say(text: string): void {
    tell(`layertool ${command}: ${text}`);
  }

  return {
    blob(name, size) {
      const blob: Blob = { size, moved: 0, isDone: false };
      blobs.set(name, blob);
      return {
        moved(bytes) {
          blob.moved += bytes;
        },
        done(digest, bytes, how) {
          blob.isDone = true;
          if (listed) say(`${digest} ${sizeText(bytes)} ${how}`);
        },
      };
    },
    again(what, pause) {
      if (listed) say(`${what}; trying again in ${pause / 1000} s`);
    },
    stop: () => shown.stop(''),
  };
}

/** Plain words come blob by blob. */
function drawnOnly({ progress, quiet }: Choices): ProgressChoice {
  return { progress: progress === 'plain' ? 'none' : progress, quiet };
}
