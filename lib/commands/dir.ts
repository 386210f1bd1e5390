import { chown } from '../../transforms/chown.ts';
import { clampTimes } from '../../transforms/clamp-times.ts';
import { prefix } from '../../transforms/prefix.ts';
import { checkDirectory, directoryEntries, isSameFile } from '../directory/entries.ts';
import { excluding } from '../entries/globs.ts';
import { UsageError } from '../errors.ts';
import { pump } from '../streams/pump.ts';
import { pack } from '../tar/pack.ts';
import type { Command } from './command.ts';
import { sourceDateEpoch } from './epoch.ts';
import { job } from './job.ts';
import { depfileFlag, prefixFlag, readOwner, readPrefix } from './shared-flags.ts';

const flags = {
  prefix: prefixFlag,
  chown: {
    type: 'string',
    value: 'UID[:GID]',
    default: 'as on disk',
    help: 'who owns everything; without a GID, the group has the same number',
  },
  exclude: { type: 'string', value: 'GLOB', many: true, help: 'leave out what a line of a .gitignore would' },
  depfile: depfileFlag,
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
    await job('dir', values, {}, async ({ output, say, read }) => {
      // What is being written may stand in the directory, and so may the file that it will replace.
      const isOutput = isSameFile(output.fd, values.output);
      await pump(
        directoryEntries(directory, { isExcluded, isOutput, warn: say, read }),
        below === '' ? undefined : prefix(below),
        owner && chown(owner.uid, owner.gid),
        epoch === undefined ? undefined : clampTimes(epoch),
        pack(),
        output,
      );
    });
  },
};
