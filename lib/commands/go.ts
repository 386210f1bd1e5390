import { Readable } from 'node:stream';
import { prefix } from '../../transforms/prefix.ts';
import { sourceDateEpoch } from '../epoch.ts';
import { UsageError } from '../errors.ts';
import { divide, go, goEnvironment, reproducible } from '../go.ts';
import { DEFAULT_PLATFORM, parsePlatform } from '../image/platform.ts';
import { mainPackages, programs } from '../programs.ts';
import { pump } from '../pump.ts';
import { pack } from '../tar/pack.ts';
import { withDirectory } from '../temporary.ts';
import type { Command } from './command.ts';
import { job } from './job.ts';

const flags = {
  platform: { type: 'string', value: 'OS/ARCH', help: 'what to build for: linux/amd64 (the default), linux/arm/v7, …' },
  prefix: { type: 'string', value: 'DIR', help: 'where the programs go: /usr/local/bin (the default)' },
} as const;

export const command: Command<typeof flags> = {
  name: 'go',
  usage: '[--platform OS/ARCH] [--prefix DIR] [go build flags] PACKAGE…',
  about: `Builds Go programs into a layer, named as go build names them, 0755 and root's. The flags of go build may be given,
as -ldflags or -tags, and GOFLAGS is honoured. Unless you say otherwise: -trimpath, -buildvcs=false, CGO_ENABLED=0.`,
  flags,
  divide,
  examples: [
    'layertool go ./cmd/server > server.tar',
    "layertool go --platform linux/arm64 -ldflags '-s -w' ./cmd/... -o all.tar",
  ],
  async run(values, args, build) {
    if (args.length === 0) throw new UsageError('it needs at least one package', 'the one in this directory is .');
    const platform = values.platform === undefined ? DEFAULT_PLATFORM : parsePlatform(values.platform);
    const environment = goEnvironment(platform, process.env);
    const words = [...build, ...reproducible(build, process.env)];
    const time = sourceDateEpoch() ?? 0;
    await job('go', [], values, async (_, output) => {
      const mains = await mainPackages(words, args, environment);
      // go writes only under a name.
      await withDirectory(async (directory) => {
        const said = await go(['build', ...words, '-o', `${directory}/`, ...args], environment);
        process.stderr.write(said);
        const { entries, close: closeAll } = await programs(directory, mains, time);
        try {
          await pump(Readable.from(entries), prefix(values.prefix ?? '/usr/local/bin'), pack(), output);
        } finally {
          await closeAll();
        }
      });
    });
  },
};
