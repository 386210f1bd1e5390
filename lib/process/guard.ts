import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/*
 * Shells that outlive this process, one for each temporary directory: when it ends, by kill -9 too, they end the
 * programs that it ran, which would go on writing, and remove the directory. A guard learns of the end by that of its
 * standard input, and reads there, a line each, which process groups begin (+) and end (-).
 */

const script = `groups=
while read -r line; do
  case $line in
    +*) groups="$groups \${line#+}" ;;
    -*) rest=
      for group in $groups; do [ "$group" = "\${line#-}" ] || rest="$rest $group"; done
      groups=$rest ;;
  esac
done
if [ -n "$groups" ]; then
  for group in $groups; do kill -s KILL -- "-$group"; done
  sleep 0.1 || sleep 1
fi 2>/dev/null
rm -rf -- "$1"`;

const guards = new Set<Writable>();

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

/** How a program is started that the guards are to end. */
export interface GuardedStart {
  readonly command: readonly [program: string, ...words: string[]];
  /** For its descriptors from 3 on. */
  readonly streams: readonly Writable[];
  /** Tells the guards that its process group has ended. */
  ended(group: number): void;
}

/**
 * Has the guards end the process group of a program. It tells them itself, before it is that program: this process may be
 * killed while it starts it.
 */
export function guarded(command: readonly [program: string, ...words: string[]]): GuardedStart {
  const streams = [...guards];
  const tell = streams.map((_, at) => `echo "+$$" >&${at + 3}; exec ${at + 3}>&-; `).join('');
  return {
    command: streams.length === 0 ? command : ['/bin/sh', '-c', `${tell}exec "$@"`, 'sh', ...command],
    streams,
    ended: (group) => {
      for (const stream of streams) if (guards.has(stream)) stream.write(`-${group}\n`);
    },
  };
}
