import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { clampTimes } from '../../transforms/clamp-times.ts';
import { installWheel } from '../../transforms/install-wheel.ts';
import { sourceDateEpoch } from './epoch.ts';
import { InputError, systemError, UsageError } from '../errors.ts';
import { isDirectory } from '../image/files.ts';
import { parsePlatform } from '../image/platform.ts';
import { type Input, together } from '../inputs/input.ts';
import { placed } from '../inputs/seekable.ts';
import { pump } from '../streams/pump.ts';
import { bring } from '../python/bring.ts';
import { compiler } from '../python/compile.ts';
import { isRequirement } from '../python/requirement.ts';
import { runsOn, versionOf } from '../python/tags.ts';
import { abiText, NEWEST, officialTarget, parseVersion, type Target } from '../python/target.ts';
import { openWheel, type Wheel } from '../python/wheel.ts';
import { pack } from '../tar/pack.ts';
import { withDirectoryIf } from '../process/temporary.ts';
import type { Command, Values } from './command.ts';
import { job } from './job.ts';
import { say } from './say.ts';

const flags = {
  target: { type: 'string', value: 'IMAGE', help: 'install for the Python in IMAGE, as layertool python finds it' },
  python: {
    type: 'string',
    value: 'X.Y',
    help: 'install for the Python X.Y of the official python images, or for that of --target',
  },
  venv: { type: 'string', value: 'PATH', help: 'install into the virtual environment at PATH in --target' },
  platform: { type: 'string', value: 'OS/ARCH', help: 'pick from a --target for several platforms' },
  platformFile: { type: 'string', value: 'FILE', help: 'install for the Python that FILE describes' },
  compile: { type: 'boolean', help: "also write .pyc files, with this machine's Python of the same version" },
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
    const asked = readFlags(values);
    const requirements = args.filter((word) => isRequirement(word) && !existsSync(word));
    const files = args.filter((word) => !requirements.includes(word));
    const isArchive = values.target !== undefined && !(await isDirectory(values.target));
    const archive = isArchive && values.target !== undefined ? [values.target] : [];
    const epoch = sourceDateEpoch();
    await job('wheel', [...archive, ...files], values, async (inputs, output) => {
      const given = inputs.slice(archive.length);
      // A wheel is a zip, and its directory stands at its end.
      const [found, { places, close }] = await together(inputs, [
        asked(archive.length > 0 ? inputs[0] : undefined),
        placed(given, 'as it is'),
      ]);
      try {
        const wheels: Wheel[] = [];
        for (const place of places) wheels.push(await openWheel(place));
        const target = found ?? chooseTarget(wheels);
        if (!found) say(values, `wheel: installing for ${target.name}; --python X.Y or --target IMAGE chooses another`);
        await withDirectoryIf(values.compile || requirements.length > 0, async (directory) => {
          const brought = await bring(requirements, target, directory, !values.verbose);
          try {
            wheels.push(...brought.wheels);
            for (const wheel of wheels) checkTags(wheel, target);
            const compile = values.compile ? compiler(target, directory) : undefined;
            await pump(Readable.from(wheels), installWheel(target, epoch, compile), clampTimes(epoch), pack(), output);
          } finally {
            await brought.close();
          }
        });
      } finally {
        await close();
      }
    });
  },
};

/** Checks the flags that say where to, and tells how to find that out; undefined where they leave it open. */
function readFlags(values: Values<typeof flags>): (image: Input | undefined) => Promise<Target | undefined> {
  const { target, platformFile } = values;
  const version = values.python === undefined ? undefined : parseVersion(values.python);
  const platform = values.platform === undefined ? undefined : parsePlatform(values.platform);
  if (platformFile !== undefined && (target !== undefined || version !== undefined)) {
    throw new UsageError('--platform-file says already what --target or --python would');
  }
  for (const [flag, value] of [
    ['--venv', values.venv],
    ['--platform', platform],
  ]) {
    if (target === undefined && value !== undefined) throw new UsageError(`${flag} goes with --target IMAGE`);
  }
  return async (image) => {
    if (target !== undefined) {
      const { pythonOf } = await import('../python/image.ts');
      return pythonOf(image ?? target, platform, { version, venv: values.venv });
    }
    if (platformFile !== undefined) return readPlatform(platformFile);
    return version && officialTarget(version);
  };
}

async function readPlatform(file: string): Promise<Target> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new InputError(file, systemError(error));
  });
  const { readPlatformFile } = await import('../python/platform-file.ts');
  return readPlatformFile(text, file);
}

/** The Python that the wheels are made for, if they are made for one, else the newest. */
function chooseTarget(wheels: readonly Wheel[]): Target {
  for (const { tags } of wheels) {
    const version = versionOf(tags);
    if (version) return officialTarget(version);
  }
  return officialTarget(NEWEST);
}

function checkTags({ tags, input, fileName }: Wheel, target: Target): void {
  if (tags.some((tag) => runsOn(tag, target))) return;
  const what = input.endsWith(fileName) ? '' : `${fileName} `;
  throw new InputError(input, `${what}does not run on ${target.name} (${abiText(target)})`);
}
