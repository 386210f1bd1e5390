import { closeSync, ftruncateSync, openSync, readFileSync, readSync, writeSync, writevSync } from 'node:fs';
import type { Sample } from '../target.ts';

/*
 * The black box: the process that runs samples writes each down before it runs it, so that the one that watches knows what
 * was under way when there is nobody left to ask.
 */

/** Whether a run is under way, its number, and how many parts its sample has. */
const HEAD = 16;

export interface Recorder {
  begin(run: number, sample: Sample): void;
  end(): void;
  close(): void;
}

export function recorder(path: string): Recorder {
  const fd = openSync(path, 'w');
  const head = Buffer.alloc(HEAD);
  return {
    begin(run, sample) {
      head.writeUInt32LE(1, 0);
      head.writeUInt32LE(sample.length, 4);
      head.writeDoubleLE(run, 8);
      const sizes = Buffer.alloc(4 * sample.length);
      for (const [at, part] of sample.entries()) sizes.writeUInt32LE(part.length, 4 * at);
      const parts = [head, sizes, ...sample].filter((part) => part.length > 0);
      writevSync(fd, parts, 0);
      ftruncateSync(
        fd,
        parts.reduce((sum, part) => sum + part.length, 0),
      );
    },
    end: () => void writeSync(fd, Buffer.alloc(4), 0, 4, 0),
    close: () => closeSync(fd),
  };
}

/** The number of the run that is under way; undefined between runs. */
export function runUnderWay(path: string): number | undefined {
  const head = Buffer.alloc(HEAD);
  const fd = openSync(path, 'r');
  const size = readSync(fd, head, 0, HEAD, 0);
  closeSync(fd);
  return size === HEAD && head.readUInt32LE(0) === 1 ? head.readDoubleLE(8) : undefined;
}

/** The run that was recorded last. */
export function recorded(path: string): { run: number; sample: Sample } {
  const bytes = readFileSync(path);
  if (bytes.length < HEAD) return { run: 0, sample: [] };
  const count = bytes.readUInt32LE(4);
  const sample: Buffer[] = [];
  let at = HEAD + 4 * count;
  for (let part = 0; part < count; part++) {
    const size = bytes.readUInt32LE(HEAD + 4 * part);
    sample.push(bytes.subarray(at, at + size));
    at += size;
  }
  return { run: bytes.readDoubleLE(8), sample };
}
