import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/*
 * Shells that outlive this process, one for each temporary directory: when it ends, by kill -9 too, they end the
 * programs that it ran, which would go on writing, and remove the directory. A guard learns of the end by that of its
 * standard input, and reads there, a line each time, which process groups run.
 */

const script = `groups=
while read -r line; do groups=$line; done
if [ -n "$groups" ]; then kill -s KILL -- $groups; sleep 0.1 || sleep 1; fi 2>/dev/null
rm -rf -- "$1"`;

const guards = new Set<Writable>();
const running = new Set<number>();

/**
 * Has a directory removed when this process ends.
 *
 * @returns ends the guard, for when the directory is removed
 */
export function guard(directory: string): () => void {
  const shell = spawn('/bin/sh', ['-c', script, 'sh', directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // An interrupt from the terminal goes to the whole process group, and must not end the guard.
    detached: true,
  });
  const { stdin } = shell;
  shell.on('error', () => {});
  stdin.on('error', () => {});
  shell.unref();
  guards.add(stdin);
  return () => {
    guards.delete(stdin);
    stdin.end();
  };
}

/**
 * Has a process group ended by the guards when this process ends.
 *
 * @returns for when it has ended by itself
 */
export function guardGroup(group: number): () => void {
  running.add(group);
  tell();
  return () => {
    running.delete(group);
    tell();
  };
}

function tell(): void {
  const line = [...running].map((group) => `-${group}`).join(' ');
  for (const stdin of guards) stdin.write(`${line}\n`);
}
