import { randomBytes } from 'node:crypto';
import { constants, fchmodSync, openSync, type Stats, unlinkSync } from 'node:fs';
import { readlink, realpath, rename } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { closeFile, openFile, readFile } from '../bytes/descriptor.ts';
import { atEnd } from '../process/cleanup.ts';
import { type Output, type Watcher, writer } from './writer.ts';

/** A file beside the one that is meant, renamed over it at the end. */
export async function wholeFile(path: string, existing: Stats | undefined, { wrote, last }: Watcher): Promise<Output> {
  // Through a symlink the file that it points to is meant, as with a shell's >.
  const target = existing ? await realpath(path) : await leadsTo(path);
  const unfinished = join(dirname(target), `.${basename(target).slice(0, 48)}.${randomBytes(6).toString('hex')}`);
  // At once: a signal that comes between the file and the note to remove it would leave it there.
  const fd = openSync(unfinished, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o666);
  const remove = (): void => {
    try {
      unlinkSync(unfinished);
    } catch {
      // It never came to be, or is gone.
    }
  };
  const forget = atEnd(remove);
  let size = 0;
  return writer({
    fd,
    name: path,
    async release() {
      await closeFile(fd);
      remove();
      forget();
    },
    async commit() {
      if (existing && existing.size === size && (await sameBytes(fd, target, size))) return;
      if (existing) fchmodSync(fd, existing.mode & 0o777);
      await rename(unfinished, target);
      forget();
    },
    wrote(bytes) {
      size += bytes;
      wrote(bytes);
    },
    last,
  });
}

/** Where a symlink leads, though nothing is there yet. */
async function leadsTo(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links < 40; links++) {
    const next = await readlink(target).catch(() => undefined);
    if (next === undefined) return target;
    target = resolve(dirname(target), next);
  }
  return target;
}

async function sameBytes(fd: number, path: string, size: number): Promise<boolean> {
  const other = await openFile(path, constants.O_RDONLY).catch(() => undefined);
  if (other === undefined) return false;
  try {
    const a = Buffer.allocUnsafe(1024 * 1024);
    const b = Buffer.allocUnsafe(a.length);
    for (let offset = 0; offset < size; ) {
      const [ours, theirs] = await Promise.all([
        readFile(fd, a, 0, a.length, offset),
        readFile(other, b, 0, b.length, offset),
      ]);
      const both = Math.min(ours.bytesRead, theirs.bytesRead);
      if (both === 0 || a.compare(b, 0, both, 0, both) !== 0) return false;
      offset += both;
    }
    return true;
  } finally {
    await closeFile(other);
  }
}
