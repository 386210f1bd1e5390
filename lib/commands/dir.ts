import { type BigIntStats, fstatSync, statSync } from 'node:fs';
import { chown } from '../../transforms/chown.ts';
import { clampTimes } from '../../transforms/clamp-times.ts';
import { prefix } from '../../transforms/prefix.ts';
import { directoryEntries } from '../directory/entries.ts';
import { excluding } from '../directory/exclude.ts';
import { sourceDateEpoch } from './epoch.ts';
import { InputError, UsageError } from '../errors.ts';
import { pump } from '../streams/pump.ts';
import { pack } from '../tar/pack.ts';
import type { Output } from '../outputs/writer.ts';
import type { Command } from './command.ts';
import { job } from './job.ts';
import { readPrefix } from './prefix-flag.ts';
import { say } from './say.ts';

const flags = {
  prefix: { type: 'string', value: 'PATH', help: 'where in the image it goes; / is the default' },
  chown: {
    type: 'string',
    value: 'UID[:GID]',
    help: 'who owns everything; without a GID, the group has the same number',
  },
  exclude: { type: 'string', value: 'GLOB', many: true, help: 'leave out what a line of a .gitignore would' },
} as const;

export const command: Command<typeof flags> = {
  name: 'dir',
  usage: '[--prefix PATH] [--chown UID[:GID]] [--exclude GLOB] DIR',
  about: `Makes a layer of what is in a directory: files, hard links, symlinks, devices and FIFOs, with their modes, owners,
times and extended attributes (user.* and capabilities; getfattr must be on PATH). No header is written for DIR itself,
nor for the parents of --prefix, since the base may have them. A file that changes while it is read is an error.`,
  flags,
  examples: [
    'layertool dir site --prefix /usr/share/nginx/html --chown 0 > site.tar',
    "layertool dir . --prefix /app --exclude .git --exclude '*.log' --exclude '!keep.log' -o app.tar",
  ],
  async run(values, args) {
    const [directory, ...more] = args;
    if (directory === undefined) throw new UsageError('it needs a directory', 'the one that you are in is .');
    if (more.length > 0) throw new UsageError(`it takes one directory, not also ${more.join(' ')}`);
    const below = readPrefix(values.prefix ?? '/');
    const owner = values.chown === undefined ? undefined : readOwner(values.chown);
    const isExcluded = excluding(values.exclude);
    const epoch = sourceDateEpoch();
    checkDirectory(directory);
    await job('dir', [], values, async (_, output) => {
      const isOutput = outputs(output, values.output);
      const warn = (text: string): void => say(values, `dir: ${text}`);
      await pump(
        directoryEntries(directory, { isExcluded, isOutput, warn }),
        ...(below === '' ? [] : [prefix(below)]),
        ...(owner ? [chown(owner.uid, owner.gid)] : []),
        ...(epoch === undefined ? [] : [clampTimes(epoch)]),
        pack(),
        output,
      );
    });
  },
};

function checkDirectory(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new InputError(path, 'no such file or directory');
  if (!stats.isDirectory()) throw new InputError(path, 'is not a directory');
}

/** Tells the output, which may stand in the directory: what is being written, and the file that it will replace. */
function outputs(output: Output, path: string | undefined): (stats: BigIntStats) => boolean {
  const key = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`;
  const known = new Set<string>();
  if (output.fd !== undefined) known.add(key(fstatSync(output.fd, { bigint: true })));
  const replaced = path === undefined ? undefined : statSync(path, { bigint: true, throwIfNoEntry: false });
  if (replaced) known.add(key(replaced));
  return (stats) => stats.isFile() && known.has(key(stats));
}

/** As in a Dockerfile's COPY --chown, a user alone stands for a group of the same number. */
function readOwner(text: string): { uid: number; gid: number } {
  const [, uid, gid = uid] = /^([0-9]{1,10})(?::([0-9]{1,10}))?$/.exec(text) ?? [];
  const numbers = { uid: Number(uid), gid: Number(gid) };
  // The largest number stands for nobody at all (chown(2)).
  if (uid === undefined || Math.max(numbers.uid, numbers.gid) >= 2 ** 32 - 1) {
    throw new UsageError(`--chown takes UID or UID:GID, in numbers, not ${JSON.stringify(text)}`);
  }
  return numbers;
}
