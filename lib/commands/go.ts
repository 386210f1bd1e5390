import { close, open, readdir, stat, unlink } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { prefix } from '../../transforms/prefix.ts';
import { type Entry, header } from '../entry.ts';
import { sourceDateEpoch } from '../epoch.ts';
import { InputError, UsageError } from '../errors.ts';
import { divide, go, goEnvironment, reproducible } from '../go.ts';
import { DEFAULT_PLATFORM, parsePlatform } from '../image/platform.ts';
import { compare, fromText } from '../names.ts';
import { pump } from '../pump.ts';
import { pack } from '../tar/pack.ts';
import { withDirectory } from '../temporary.ts';
import type { Command } from './command.ts';
import { job } from './job.ts';

const closeFile = promisify(close);
const openFile = promisify(open);
const readDirectory = promisify(readdir);
const statFile = promisify(stat);
const unlinkFile = promisify(unlink);

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

async function mainPackages(
  words: readonly string[],
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string[]> {
  const list = await go(['list', ...words, '-f', '{{.Name}} {{.ImportPath}}', ...args], environment);
  const packages = list.split('\n').filter((line) => line !== '');
  if (packages.length === 0) throw new InputError(args.join(' '), 'matches no packages');
  return packages.map((line) => {
    const [name, path = ''] = line.split(' ');
    if (name !== 'main') throw new InputError(path, `is not a program: its package is ${name}, not main`);
    return path;
  });
}

/** What go built, read from then on without a name. */
async function programs(
  directory: string,
  mains: readonly string[],
  time: number,
): Promise<{ entries: Entry[]; close(): Promise<void> }> {
  const names = (await readDirectory(directory)).toSorted((a, b) => compare(fromText(a), fromText(b)));
  if (names.length !== mains.length) {
    const hint = 'build them in two calls, with another --prefix';
    throw new InputError(
      mains.join(', '),
      `${mains.length} programs would have ${names.length} names: ${names.join(', ')}`,
      hint,
    );
  }
  const opened: number[] = [];
  const entries: Entry[] = [];
  for (const name of names) {
    const path = join(directory, name);
    const fd = await openFile(path, 'r');
    opened.push(fd);
    const { size } = await statFile(path);
    await unlinkFile(path);
    const about = header({
      name: fromText(name),
      type: 'file',
      mode: 0o755,
      size,
      mtime: time,
      uname: 'root',
      gname: 'root',
    });
    entries.push({ header: about, body: { fd, offset: 0, size, name } });
  }
  return {
    entries,
    async close() {
      await Promise.all(opened.map((fd) => closeFile(fd)));
    },
  };
}
