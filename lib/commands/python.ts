import { UsageError } from '../errors.ts';
import { pythonOf } from '../python/choose-target.ts';
import { writePlatformFile } from '../python/platform-file.ts';
import { pump } from '../streams/pump.ts';
import { byteSource } from '../streams/source.ts';
import type { Command } from './command.ts';
import { job } from './job.ts';
import { depfileFlag, platformFlag, pythonFlags, readPlatform, readVersion } from './shared-flags.ts';

const flags = { ...pythonFlags, platform: platformFlag, depfile: depfileFlag } as const;

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
    const platform = readPlatform(values.platform);
    const choice = { version: readVersion(values.python), venv: values.venv };
    await job('python', values, { paths: [{ image }], writes: 'text' }, async ({ inputs, output }) => {
      const target = await pythonOf(inputs[0]!, platform, choice);
      await pump(byteSource([Buffer.from(writePlatformFile(target))]), output);
    });
  },
};
