import { chown } from '../../transforms/chown.ts';
import { clampTimes } from '../../transforms/clamp-times.ts';
import { toText } from '../entries/names.ts';
import { InputError, UsageError } from '../errors.ts';
import { checkDestinations, hides, parseDestination } from '../file/destination.ts';
import { fileEntries } from '../file/entries.ts';
import { isDirectory } from '../inputs/argument.ts';
import { seekable } from '../inputs/seekable.ts';
import { pump } from '../streams/pump.ts';
import { source } from '../streams/source.ts';
import { pack } from '../tar/pack.ts';
import type { Command } from './command.ts';
import { sourceDateEpoch } from './epoch.ts';
import { job } from './job.ts';
import { depfileFlag, platformFlag, readMode, readOwner, readPlatform } from './shared-flags.ts';

const flags = {
  mode: {
    type: 'string',
    value: 'MODE',
    default: '0755 for programs, else 0644',
    help: 'permissions of all files, in octal',
  },
  chown: { type: 'string', value: 'UID[:GID]', default: 'root', help: 'who owns them' },
  platform: { ...platformFlag, default: 'that of them all', help: 'refuse a program for another platform' },
  depfile: depfileFlag,
} as const;

export const command: Command<typeof flags> = {
  name: 'file',
  usage: '[flags] SRC[:DST]…',
  about: `Makes a layer of files at places: programs, scripts, configs, also from pipes. DST is an absolute path, or a
directory where it ends in a slash; without it a file goes to /usr/local/bin. Programs (ELF or #!) and what may be executed
become 0755, the rest 0644. No header is written for parents, since the base may have them.`,
  flags,
  examples: [
    'layertool file target/release/server > server.tar',
    'layertool file --platform linux/arm64 server:/usr/bin/ app.conf:/etc/app.conf -o app.tar',
    'envsubst < app.conf.in | layertool file -:/etc/app.conf > config.tar',
  ],
  async run(values, args) {
    if (args.length === 0) throw new UsageError('it needs at least one file');
    const destined = args.map(parseDestination);
    const mode = values.mode === undefined ? undefined : readMode(values.mode);
    const owner = values.chown === undefined ? undefined : readOwner(values.chown);
    const platform = readPlatform(values.platform);
    const epoch = sourceDateEpoch();
    checkDestinations(destined);
    for (const { source: path } of destined) {
      if (await isDirectory(path)) throw new InputError(path, 'is a directory', 'layertool dir makes a layer of one');
    }
    await job('file', values, { paths: destined.map(({ source: path }) => path) }, async ({ inputs, output, say }) => {
      for (const file of destined.filter(hides)) say(`/${toText(file.name)} will hide a file of the layers below`);
      const { places, close } = await seekable(inputs, 'as it is');
      try {
        const files = destined.map((file, at) => ({ ...file, place: places[at]!, isFile: !!inputs[at]!.place }));
        await pump(
          source(fileEntries(files, { mode, time: epoch ?? 0, platform })),
          owner && chown(owner.uid, owner.gid),
          epoch === undefined ? undefined : clampTimes(epoch),
          pack(),
          output,
        );
      } finally {
        await close();
      }
    });
  },
};
