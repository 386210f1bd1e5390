import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { clampTimes } from '../../transforms/clamp-times.ts';
import { installWheel } from '../../transforms/install-wheel.ts';
import { InputError, UsageError } from '../errors.ts';
import { type Input, together } from '../inputs/input.ts';
import { seekable } from '../inputs/seekable.ts';
import { settled } from '../lock/choose.ts';
import { withDirectoryIf } from '../process/temporary.ts';
import { checkRuns, chosenTarget, targetFor } from '../python/choose-target.ts';
import { compiler } from '../python/compile.ts';
import { downloadWheels } from '../python/pip.ts';
import type { Replaced } from '../python/replace.ts';
import { isRequirement } from '../python/requirement.ts';
import type { Target } from '../python/target.ts';
import { openWheel, type Wheel } from '../python/wheel.ts';
import { pump } from '../streams/pump.ts';
import { source } from '../streams/source.ts';
import { pack } from '../tar/pack.ts';
import { blobBars } from './blob-bars.ts';
import type { Command } from './command.ts';
import { sourceDateEpoch } from './epoch.ts';
import { job } from './job.ts';
import { depfileFlag, platformFlag, pythonFlags } from './shared-flags.ts';
import { relay } from './terminal.ts';
import { checkLockFlags, lockFlags, openLock } from './wheel-lock.ts';
import { readTarget } from './wheel-target.ts';

const flags = {
  target: { type: 'string', value: 'IMAGE', help: 'install for the Python in IMAGE, as layertool python finds it' },
  python: {
    ...pythonFlags.python,
    default: 'as the wheels are tagged, else the newest',
    help: 'install for the Python X.Y of the official python images, or for that of --target',
  },
  venv: { ...pythonFlags.venv, help: 'install into the virtual environment at PATH in --target' },
  platform: { ...platformFlag, help: 'pick from a --target for several platforms' },
  platformFile: { type: 'string', value: 'FILE', help: 'install for the Python that FILE describes' },
  ...lockFlags,
  compile: { type: 'boolean', help: "also write .pyc files, with this machine's Python of the same version" },
  depfile: depfileFlag,
} as const;

export const command: Command<typeof flags> = {
  name: 'wheel',
  usage: '[--target IMAGE | --python X.Y | --platform-file FILE] [--lock FILE] [FILE.whl|REQUIREMENT…]',
  about: `Installs Python wheels into a layer, as pip install --no-deps does, without Python. Each file is verified against
the wheel's RECORD before the first byte goes out, or before the FILE of -o is there. What is not a file but a requirement,
as urllib3==1.26.7, is brought by your pip, whose settings hold.

A lock (pylock.toml, uv.lock, requirements with hashes) says which wheels there are; those that fit the Python best are
brought, several at once, and checked against their hashes. Its markers are evaluated for that Python, not for this machine.

A platform file says in YAML where things go; layertool python writes it from an image:
  ConsoleShebang: /usr/bin/python3
  GraphicalShebang: /usr/bin/python3
  Scheme:
    purelib: /usr/local/lib/python3.11/dist-packages
    platlib: /usr/local/lib/python3.11/dist-packages
    headers: /usr/local/include/python3.11
    scripts: /usr/local/bin
    data: /usr/local
  UID: 0
  GID: 0
  UName: root
  GName: root
  PyCompile: [python3.11, -m, compileall]
  Version: "3.11"
  ABI: cp311
  Libc: glibc 2.36
  Architecture: x86_64`,
  flags,
  examples: [
    'layertool wheel --python 3.12 urllib3-1.26.7-py2.py3-none-any.whl > urllib3.tar',
    'layertool wheel --target base.tar urllib3==1.26.7 beautifulsoup4==4.10.0 -o packages.tar',
    'layertool wheel --target base.tar --lock uv.lock --compile -o dependencies.tar',
    "layertool wheel --python 3.12 --lock pylock.toml --only 'nvidia-*' --only torch -o torch.tar",
    'layertool wheel --platform-file debian.yaml --compile *.whl -o packages.tar',
  ],
  async run(values, args) {
    if (args.length === 0 && values.lock === undefined)
      throw new UsageError('it needs at least one wheel, or a --lock');
    const choice = readTarget(values);
    checkLockFlags(values);
    for (const word of args) refuseSource(word);
    const requirements = args.filter((word) => isRequirement(word) && !existsSync(word));
    const files = args.filter((word) => !requirements.includes(word));
    const image = values.target === undefined ? [] : [{ image: values.target }];
    const locks = values.lock === undefined ? [] : [values.lock];
    const epoch = sourceDateEpoch();
    const watch = blobBars('wheel', values, values.lock ?? 'the index', 'wheel');
    // While wheels come, bars say it all.
    const meter = values.lock === undefined ? values : { ...values, progress: 'none' };
    await job('wheel', meter, { paths: [...image, ...locks, ...files] }, async ({ inputs, output, say, read }) => {
      if (values.platformFile !== undefined) read(values.platformFile);
      const given = inputs.slice(image.length + locks.length);
      const closing: (() => Promise<void>)[] = [];
      try {
        const choosing = chosenTarget(choice, inputs[0]).then((chosen) => {
          closing.push(chosen.close);
          return chosen;
        });
        // A wheel is a zip, and its directory stands at its end.
        const [{ target: chosen, root }, { places, close }] = await together(inputs, [
          choosing,
          seekable(given, 'as it is'),
        ]);
        closing.push(close);
        const wheels: Wheel[] = [];
        for (const [at, place] of places.entries()) {
          wheels.push(await openWheel(place, { fileName: fileNameOf(given[at]!) }));
        }
        const told = chosen ?? targetFor(wheels);
        if (!chosen) say(`installing for ${told.name}; --python X.Y or --target IMAGE chooses another`);
        const target = values.lock === undefined ? told : settled(told);
        const [input] = inputs.slice(image.length);
        const lock =
          values.lock !== undefined && input ? await openLock(input, target, values, { watch, say }) : undefined;
        if (lock) closing.push(lock.close);
        const base = root && {
          root,
          replaces: ({ project, version }: Replaced) => say(`replaces ${project} ${version} of ${values.target}`),
        };
        const isWritten = values.compile || requirements.length > 0 || lock?.needsPip === true;
        await withDirectoryIf(isWritten, async (directory) => {
          const report = values.verbose ? relay : undefined;
          const downloads = [await downloadWheels(requirements, target, directory, report)];
          try {
            if (lock) downloads.push(await lock.byPip(directory, report));
            const here = [wheels, ...downloads.map((download) => download.wheels)];
            await pump(
              source(running(here, lock?.locked.wheels(), target)),
              installWheel(target, {
                time: epoch,
                compile: values.compile ? compiler(target, directory) : undefined,
                base,
                isLate: output.isWhole,
              }),
              epoch === undefined ? undefined : clampTimes(epoch),
              pack(),
              output,
            );
          } finally {
            for (const download of downloads) await download.close();
          }
        });
        for (const file of lock?.locked.files() ?? []) read(file);
      } finally {
        for (const close of closing.reverse()) await close();
      }
    }).finally(watch.stop);
  },
};

/** The wheels, each of which the target can run. They are taken out of their lists: of a wheel that is done, nothing stays. */
async function* running(
  here: readonly Wheel[][],
  locked: AsyncIterable<Wheel> | undefined,
  target: Target,
): AsyncGenerator<Wheel> {
  here.flat().forEach((wheel) => {
    checkRuns(wheel, target);
  });
  for (const list of here) for (let wheel = list.shift(); wheel; wheel = list.shift()) yield wheel;
  for await (const wheel of locked ?? []) {
    checkRuns(wheel, target);
    yield wheel;
  }
}

/** sdists have to be built, which runs their code. */
function refuseSource(word: string): void {
  if (word.includes('@') || !/\.(tar\.(gz|bz2|xz)|tgz|zip)$/i.test(word)) return;
  const hint = 'uv build --wheel, or pip wheel, makes a wheel of it';
  throw new InputError(word, 'is a source distribution, not a wheel', hint);
}

/** The name of a wheel's file, if it is named as one; a pipe has no name that says anything. */
function fileNameOf({ name, place }: Input): string | undefined {
  return place !== undefined && /\.whl$/i.test(name) ? basename(name) : undefined;
}
