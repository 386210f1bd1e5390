/** How to tell a person that work goes on: `auto` draws on a terminal when it takes long, `plain` writes lines. */
export interface ProgressChoice {
  readonly progress: string | undefined;
  readonly quiet: boolean;
}

export interface Progress {
  /** Tells of bytes that have been written. */
  wrote(bytes: number): void;
  stop(): void;
}

const silent: Progress = { wrote: () => {}, stop: () => {} };

/** A line is drawn this often, in milliseconds, and first after as long as work may take without a word. */
const DRAWN = { first: 1000, next: 200 };
const PLAIN = { first: 5000, next: 5000 };

export function progress(name: string, { progress: how = 'auto', quiet }: ProgressChoice): Progress {
  const drawn = how === 'auto' && process.stderr.isTTY === true;
  if (quiet || how === 'none' || (how === 'auto' && !drawn)) return silent;
  const pace = drawn ? DRAWN : PLAIN;
  const start = performance.now();
  let written = 0;
  let shown = false;

  function show(): void {
    const seconds = Math.round((performance.now() - start) / 1000);
    const text = `layertool ${name}: ${sizeText(written)} written, ${seconds} s`;
    // Back to the start of the line, and what is left of the last one erased.
    process.stderr.write(drawn ? `\r${text}\x1b[K` : `${text}\n`);
    shown = true;
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
      if (drawn && shown) process.stderr.write('\r\x1b[K');
      if (!drawn) show();
    },
  };
}

/** Bytes in the largest decimal unit that leaves at least one before the point. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
