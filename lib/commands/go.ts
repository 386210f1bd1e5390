import { join } from 'node:path';
import { prefix } from '../../transforms/prefix.ts';
import { UsageError } from '../errors.ts';
import { divide } from '../go/flags.ts';
import { mainPackages, programs } from '../go/programs.ts';
import { sources } from '../go/sources.ts';
import { go, platformVariables, reproducible, workingIn } from '../go/toolchain.ts';
import { DEFAULT_PLATFORM } from '../image/platform.ts';
import { withDirectory } from '../process/temporary.ts';
import { pump } from '../streams/pump.ts';
import { source } from '../streams/source.ts';
import { pack } from '../tar/pack.ts';
import type { Command } from './command.ts';
import { sourceDateEpoch } from './epoch.ts';
import { job } from './job.ts';
import { depfileFlag, platformFlag, prefixFlag, readPlatform, readPrefix } from './shared-flags.ts';
import { relay } from './terminal.ts';

const flags = {
  platform: { ...platformFlag, help: 'what to build for: linux/arm/v7, …' },
  prefix: { ...prefixFlag, value: 'DIR', default: '/usr/local/bin', help: 'where the programs go' },
  depfile: depfileFlag,
} as const;

export const command: Command<typeof flags> = {
  name: 'go',
  usage: '[--platform OS/ARCH] [--prefix DIR] [go build flags] PACKAGE…',
  about: `Builds Go programs into a layer, named as go build names them, 0755 and root's. The flags of go build may be given,
as -ldflags or -tags, and GOFLAGS is honoured. Unless you say otherwise: -trimpath, -buildvcs=false, CGO_ENABLED=0.
What go says of its work goes to standard error.`,
  flags,
  divide,
  examples: [
    'layertool go ./cmd/server > server.tar',
    "layertool go --platform linux/arm64 -ldflags '-s -w' ./cmd/... -o all.tar",
    'layertool go -o server.tar --depfile server.d ./cmd/server',
  ],
  async run(values, args, { build }) {
    if (args.length === 0) throw new UsageError('it needs at least one package', 'the one in this directory is .');
    for (const word of args) refuseVersion(word);
    const platform = readPlatform(values.platform) ?? DEFAULT_PLATFORM;
    const below = readPrefix(values.prefix ?? '/usr/local/bin');
    const own = { ...process.env, ...platformVariables(platform) };
    const time = sourceDateEpoch() ?? 0;
    await job('go', values, {}, async ({ output, read }) => {
      const environment = await reproducible(build, own);
      const mains = await mainPackages(build, args, environment);
      // go writes only under a name.
      await withDirectory(async (directory) => {
        const built = join(directory, 'built');
        const words = [...build, ...(values.verbose ? ['-v'] : []), '-o', `${built}/`, ...args];
        relay(await go(['build', ...words], workingIn(directory, build, environment)));
        const { entries, close } = await programs(built, mains, platform, time);
        try {
          if (values.depfile !== undefined) for (const file of await sources(build, args, environment)) read(file);
          await pump(source(entries), prefix(below), pack(), output);
        } finally {
          await close();
        }
      });
    });
  },
};

function refuseVersion(word: string): void {
  if (!/@/.test(word) || /^[./]/.test(word)) return;
  const hint = 'go get puts a version into go.mod, and go build takes it from there';
  throw new UsageError(`${word}: a package is named without a version`, hint);
}
