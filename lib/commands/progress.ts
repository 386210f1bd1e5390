import { sizeText } from '../bytes/size.ts';
import { isTerminal, screen, tell } from './terminal.ts';

/** How to tell a person that work goes on: `auto` draws on a terminal when it takes long, `plain` writes lines. */
export interface ProgressChoice {
  readonly progress: string | undefined;
  readonly quiet: boolean;
}

export interface Progress {
  /** Some bytes have been written. */
  wrote(bytes: number): void;
  stop(): void;
}

const silent: Progress = { wrote: () => {}, stop: () => {} };

/** A line is drawn this often, in milliseconds, and first after as long as work may take without a word. */
const DRAWN = { first: 1000, next: 200 };
const PLAIN = { first: 5000, next: 5000 };

/** Whether progress is drawn on a terminal. */
export function isDrawn({ progress = 'auto', quiet }: ProgressChoice): boolean {
  return progress === 'auto' && isTerminal() && !quiet;
}

/** Tells how many bytes a command has written, in the manner that was chosen. */
export function progress(name: string, choice: ProgressChoice): Progress {
  const drawn = isDrawn(choice);
  if (!drawn && (choice.progress !== 'plain' || choice.quiet)) return silent;
  const pace = drawn ? DRAWN : PLAIN;
  const { draw, erase } = screen();
  const start = performance.now();
  let written = 0;

  function show(): void {
    const seconds = Math.round((performance.now() - start) / 1000);
    const line = `layertool ${name}: ${sizeText(written)} written, ${seconds} s`;
    if (drawn) draw([line]);
    else tell(line);
  }

  let timer = setTimeout(function again() {
    show();
    timer = setTimeout(again, pace.next).unref();
  }, pace.first).unref();
  return {
    wrote(bytes) {
      written += bytes;
    },
    stop() {
      clearTimeout(timer);
      if (drawn) erase();
      else show();
    },
  };
}
