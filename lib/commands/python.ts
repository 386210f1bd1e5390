import { Readable } from 'node:stream';
import { UsageError } from '../errors.ts';
import { isDirectory } from '../image/files.ts';
import { parsePlatform } from '../image/platform.ts';
import { closeInputs, openInputs } from '../inputs/input.ts';
import { pump } from '../streams/pump.ts';
import { pythonOf } from '../python/image.ts';
import { writePlatformFile } from '../python/platform-file.ts';
import { parseVersion } from '../python/target.ts';
import type { Command } from './command.ts';
import { openText } from './text-output.ts';

const flags = {
  venv: { type: 'string', value: 'PATH', help: 'the virtual environment at PATH in the image' },
  python: { type: 'string', value: 'X.Y', help: 'the Python X.Y, where the image has several' },
  platform: { type: 'string', value: 'OS/ARCH', help: 'pick from an image for several platforms' },
} as const;

export const command: Command<typeof flags> = {
  name: 'python',
  usage: '[--python X.Y] [--venv PATH] IMAGE',
  about: `Finds the Python in an image, without running it, and prints where wheels go there and which of them run: a platform
file for layertool wheel. It is the Python that the image's PATH leads to, unless you name another.`,
  flags,
  examples: [
    'layertool python base.tar > platform.yaml',
    'layertool python --venv /opt/venv <(crane pull app /dev/stdout)',
  ],
  async run(values, args) {
    const [image, ...more] = args;
    if (image === undefined || more.length > 0) throw new UsageError('it takes one image');
    const platform = values.platform === undefined ? undefined : parsePlatform(values.platform);
    const version = values.python === undefined ? undefined : parseVersion(values.python);
    const inputs = await openInputs((await isDirectory(image)) ? [] : [image]);
    try {
      const target = await pythonOf(inputs[0] ?? image, platform, { version, venv: values.venv });
      const yaml = Buffer.from(writePlatformFile(target));
      await pump(Readable.from([yaml], { objectMode: false }), await openText(values.output));
    } finally {
      await closeInputs(inputs);
    }
  },
};
