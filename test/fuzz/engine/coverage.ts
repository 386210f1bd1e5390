import { Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';

/*
 * Which code the samples reach, told by V8's block coverage. A look costs about as much as ten runs of the codec, and is
 * therefore taken after many of them. (jazzer.js 4.0 installs, but its binary needs glibc 2.38, which is newer than that of
 * Debian 12; 2.1 downloads its binary at install.)
 */

export interface Coverage {
  /** The code that was reached since the last look and never before; undefined where there is none. */
  look(): Fresh | undefined;
  /** Whether some of that was reached since the last look; it is taken out. */
  reaches(fresh: Fresh): boolean;
  /** Bytes of code reached, and bytes of code in the files that were loaded. */
  figures(): { reached: number; all: number };
}

/** Offsets into the code, by its file. */
export type Fresh = Map<string, Set<number>>;

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface Script {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly Range[] }[];
}

/** @param ours whether the code of a file counts, told by its path */
export function coverage(ours: (path: string) => boolean): Coverage {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const reached = new Map<string, Uint8Array>();

  function take(): Script[] {
    let scripts: Script[] = [];
    // The session lives in this thread: the answer is there when the call returns.
    session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error === null) scripts = result;
    });
    return scripts.filter(({ url }) => url.startsWith('file:') && ours(fileURLToPath(url)));
  }

  /** A byte for each of a script's, 1 where it was reached since the last look. */
  function paint({ functions }: Script): Uint8Array {
    const now = new Uint8Array(functions[0]?.ranges[0]?.endOffset ?? 0);
    // Functions stand before those inside them, and blocks likewise: the innermost counts.
    for (const { ranges } of functions) {
      for (const { startOffset, endOffset, count } of ranges) now.fill(count > 0 ? 1 : 0, startOffset, endOffset);
    }
    return now;
  }

  /** Marks what was reached of a script, and tells what of it is new. */
  function mark(script: Script): Set<number> {
    const now = paint(script);
    const known = reached.get(script.url) ?? new Uint8Array(now.length);
    reached.set(script.url, known);
    const fresh = new Set<number>();
    for (let at = 0; at < known.length; at++) {
      if (now[at] !== 1 || known[at] === 1) continue;
      known[at] = 1;
      // The first byte of a stretch stands for all of it.
      if (now[at - 1] !== 1 || !fresh.has(at - 1)) fresh.add(at);
    }
    return fresh;
  }

  return {
    look() {
      const fresh: Fresh = new Map();
      for (const script of take()) {
        const offsets = mark(script);
        if (offsets.size > 0) fresh.set(script.url, offsets);
      }
      return fresh.size > 0 ? fresh : undefined;
    },
    reaches(fresh) {
      let any = false;
      for (const script of take()) {
        const offsets = fresh.get(script.url);
        if (offsets === undefined || offsets.size === 0) continue;
        const now = paint(script);
        for (const offset of offsets) any = (now[offset] === 1 && offsets.delete(offset)) || any;
      }
      return any;
    },
    figures() {
      const scripts = [...reached.values()];
      const sum = (list: readonly number[]): number => list.reduce((total, value) => total + value, 0);
      return {
        reached: sum(scripts.map((bytes) => bytes.reduce((total, byte) => total + byte, 0))),
        all: sum(scripts.map((bytes) => bytes.length)),
      };
    },
  };
}
