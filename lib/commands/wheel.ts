import { Readable } from 'node:stream';
import { clampTimes } from '../../transforms/clamp-times.ts';
import { installWheel } from '../../transforms/install-wheel.ts';
import { sourceDateEpoch } from '../epoch.ts';
import { InputError, systemError, UsageError } from '../errors.ts';
import { placed } from '../placed.ts';
import { pump } from '../pump.ts';
import { runsOn, versionOf } from '../python/tags.ts';
import { NEWEST, officialTarget, parseVersion, type Target, versionText } from '../python/target.ts';
import { openWheel, type Wheel } from '../python/wheel.ts';
import { pack } from '../tar/pack.ts';
import type { Command } from './command.ts';
import { job } from './job.ts';
import { say } from './say.ts';

const flags = {
  python: { type: 'string', value: 'X.Y', help: 'install for the Python X.Y of the official python images' },
  platformFile: { type: 'string', value: 'FILE', help: 'install for the Python that FILE describes' },
} as const;

export const command: Command<typeof flags> = {
  name: 'wheel',
  usage: '[--python X.Y | --platform-file FILE] FILE.whl…',
  about: `Installs Python wheels into a layer, as pip install --no-deps does, without Python. Each file is verified against
the wheel's RECORD before the first byte goes out.

A platform file says in YAML where things go:
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
  GName: root`,
  flags,
  examples: [
    'layertool wheel --python 3.12 urllib3-1.26.7-py2.py3-none-any.whl > urllib3.tar',
    'layertool wheel --platform-file debian.yaml *.whl -o packages.tar',
  ],
  async run(values, args) {
    if (args.length === 0) throw new UsageError('it needs at least one wheel');
    if (values.python !== undefined && values.platformFile !== undefined) {
      throw new UsageError('--python and --platform-file are two ways to say the same');
    }
    const asked = values.python === undefined ? undefined : officialTarget(parseVersion(values.python));
    const epoch = sourceDateEpoch();
    await job('wheel', args, values, async (inputs, output) => {
      const target = values.platformFile === undefined ? asked : await readPlatform(values.platformFile);
      // A wheel is a zip, and its directory stands at its end.
      const { places, close } = await placed(inputs, 'as it is');
      try {
        const wheels: Wheel[] = [];
        for (const place of places) wheels.push(await openWheel(place));
        const chosen = target ?? chooseTarget(wheels);
        if (!target) say(values, `wheel: installing for ${chosen.name}; --python X.Y chooses another`);
        for (const wheel of wheels) checkTags(wheel, chosen);
        await pump(Readable.from(wheels), installWheel(chosen, epoch), clampTimes(epoch), pack(), output);
      } finally {
        await close();
      }
    });
  },
};

async function readPlatform(file: string): Promise<Target> {
  const { readFile } = await import('node:fs/promises');
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

function checkTags({ tags, input, fileName }: Wheel, { version, name }: Target): void {
  if (version === undefined || tags.some((tag) => runsOn(tag, version))) return;
  throw new InputError(input, `${fileName} does not run on ${name} (CPython ${versionText(version)}, Linux)`);
}
