import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/*
 * Who is at the other end of a pipe. Linux tells in /proc, of one's own programs; elsewhere nobody is found.
 */

/** Access modes of open files, in octal, as fdinfo tells them (open(2)). */
const ACCESS = 3;
const READS = 0;

/** The words of the command that reads from a pipe or writes into it, other than this process. */
export function programAt(end: 'reading' | 'writing', inode: number): string[] | undefined {
  let found: string[] | undefined;
  for (const pid of numbers('/proc')) {
    if (pid === process.pid || !holds(pid, end, inode)) continue;
    const words = wordsOf(pid);
    // A shell has the pipe as well, that of whoever it waits for; so does what was started later.
    if (words.length > 0 && (found === undefined || isShell(found) || !isShell(words))) found = words;
  }
  return found;
}

function holds(pid: number, end: 'reading' | 'writing', inode: number): boolean {
  for (const fd of numbers(`/proc/${pid}/fd`)) {
    try {
      if (readlinkSync(`/proc/${pid}/fd/${fd}`) !== `pipe:[${inode}]`) continue;
      const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1'))?.[1] ?? '0';
      if (((Number.parseInt(flags, 8) & ACCESS) === READS) === (end === 'reading')) return true;
    } catch {
      // It has closed the file, or ended.
    }
  }
  return false;
}

function numbers(folder: string): number[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^[0-9]+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function wordsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

function isShell([program = '']: readonly string[]): boolean {
  return /(?:^|\/|^-)(?:ba|da|z|fi|k)?sh$/.test(program);
}
