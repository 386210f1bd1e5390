import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { clampTimes } from '../../transforms/clamp-times.ts';
import { installWheel } from '../../transforms/install-wheel.ts';
import { UsageError } from '../errors.ts';
import { type Input, together } from '../inputs/input.ts';
import { seekable } from '../inputs/seekable.ts';
import { withDirectoryIf } from '../process/temporary.ts';
import { checkRuns, chosenTarget, type TargetChoice, targetFor } from '../python/choose-target.ts';
import { compiler } from '../python/compile.ts';
import { downloadWheels } from '../python/pip.ts';
import { isRequirement } from '../python/requirement.ts';
import { openWheel, type Wheel } from '../python/wheel.ts';
import { pump } from '../streams/pump.ts';
import { source } from '../streams/source.ts';
import { pack } from '../tar/pack.ts';
import type { Command, Values } from './command.ts';
import { sourceDateEpoch } from './epoch.ts';
import { job } from './job.ts';
import { depfileFlag, platformFlag, pythonFlags, readPlatform, readVersion } from './shared-flags.ts';
import { relay } from './terminal.ts';

const flags = {
  target: { type: 'string', value: 'IMAGE', help: 'install for the Python in IMAGE, as layertool python finds it' },
  python: {
    ...pythonFlags.python,
    help: 'install for the Python X.Y of the official python images, or for that of --target',
  },
  venv: { ...pythonFlags.venv, help: 'install into the virtual environment at PATH in --target' },
  platform: { ...platformFlag, help: 'pick from a --target for several platforms' },
  platformFile: { type: 'string', value: 'FILE', help: 'install for the Python that FILE describes' },
  compile: { type: 'boolean', help: "also write .pyc files, with this machine's Python of the same version" },
  depfile: depfileFlag,
} as const;

export const command: Command<typeof flags> = {
  name: 'wheel',
  usage: '[--target IMAGE | --python X.Y | --platform-file FILE] FILE.whl|REQUIREMENT…',
  about: `Installs Python wheels into a layer, as pip install --no-deps does, without Python. Each file is verified against
the wheel's RECORD before the first byte goes out. What is not a file but a requirement, as urllib3==1.26.7, is brought by
your pip, whose settings hold.

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
    'layertool wheel --platform-file debian.yaml --compile *.whl -o packages.tar',
  ],
  async run(values, args) {
    if (args.length === 0) throw new UsageError('it needs at least one wheel');
    const choice = readTarget(values);
    const requirements = args.filter((word) => isRequirement(word) && !existsSync(word));
    const files = args.filter((word) => !requirements.includes(word));
    const image = values.target === undefined ? [] : [{ image: values.target }];
    const epoch = sourceDateEpoch();
    await job('wheel', values, { paths: [...image, ...files] }, async ({ inputs, output, say, read }) => {
      if (values.platformFile !== undefined) read(values.platformFile);
      // A wheel is a zip, and its directory stands at its end.
      const [chosen, { places, close }] = await together(inputs, [
        chosenTarget(choice, inputs[0]),
        seekable(inputs.slice(image.length), 'as it is'),
      ]);
      try {
        const wheels: Wheel[] = [];
        for (const [at, place] of places.entries()) {
          wheels.push(await openWheel(place, { fileName: fileNameOf(inputs[image.length + at]!) }));
        }
        const target = chosen ?? targetFor(wheels);
        if (!chosen) say(`installing for ${target.name}; --python X.Y or --target IMAGE chooses another`);
        await withDirectoryIf(values.compile || requirements.length > 0, async (directory) => {
          const report = values.verbose ? relay : undefined;
          const downloaded = await downloadWheels(requirements, target, directory, report);
          try {
            wheels.push(...downloaded.wheels);
            for (const wheel of wheels) checkRuns(wheel, target);
            await pump(
              source(wheels),
              installWheel(target, epoch, values.compile ? compiler(target, directory) : undefined),
              epoch === undefined ? undefined : clampTimes(epoch),
              pack(),
              output,
            );
          } finally {
            await downloaded.close();
          }
        });
      } finally {
        await close();
      }
    });
  },
};

/** The name of a wheel's file, if it is named as one; a pipe has no name that says anything. */
function fileNameOf({ name, place }: Input): string | undefined {
  return place !== undefined && /\.whl$/i.test(name) ? basename(name) : undefined;
}

/** Checks the flags that say where to. */
function readTarget(values: Values<typeof flags>): TargetChoice {
  const { target, platformFile, venv } = values;
  const version = readVersion(values.python);
  const platform = readPlatform(values.platform);
  if (platformFile !== undefined && (target !== undefined || version !== undefined)) {
    throw new UsageError('--platform-file says already what --target or --python would');
  }
  for (const [flag, value] of [
    ['--venv', venv],
    ['--platform', platform],
  ]) {
    if (target === undefined && value !== undefined) throw new UsageError(`${flag} goes with --target IMAGE`);
  }
  if (target !== undefined) return { kind: 'image', platform, python: { version, venv } };
  if (platformFile !== undefined) return { kind: 'platform file', file: platformFile };
  return version === undefined ? { kind: 'wheels' } : { kind: 'official image', version };
}
