import { readFileSync } from 'node:fs';

/**
 * Whether a person waits for this process at their terminal, as far as Linux tells; elsewhere it is taken to be so. A
 * shell with a prompt puts what they wait for into a process group of its own: what stands in <( ) stays in that of the
 * shell, and may go on when there is a prompt again.
 */
export function isInForeground(): boolean {
  let stat: string;
  try {
    stat = readFileSync('/proc/self/stat', 'latin1');
  } catch {
    return true;
  }
  // proc_pid_stat(5): the name of the program may have anything in it.
  const [, , group, session, , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return group === foreground && (group !== session || group === `${process.pid}`);
}
