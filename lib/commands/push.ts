import { UsageError } from '../errors.ts';
import { parseReference, repositoryName } from '../image/reference.ts';
import { push } from '../push/push.ts';
import { openRepository } from '../registry/repository.ts';
import { pump } from '../streams/pump.ts';
import { byteSource } from '../streams/source.ts';
import { blobBars } from './blob-bars.ts';
import type { Command } from './command.ts';
import { job } from './job.ts';
import { depfileFlag, formatFlag, insecureFlag, platformFlag, readPlatform } from './shared-flags.ts';

const flags = {
  compress: {
    type: 'string',
    value: 'HOW',
    choices: ['gzip', 'zstd', 'none'],
    default: 'gzip',
    help: 'what plain layers become on the way',
  },
  format: { ...formatFlag, help: 'whose manifest a docker archive gets' },
  platform: { ...platformFlag, default: 'all', help: 'push one image of an index' },
  insecure: insecureFlag,
  depfile: depfileFlag,
} as const;

export const command: Command<typeof flags> = {
  name: 'push',
  usage: '[flags] IMAGE REF',
  about: `Puts an image into a registry: a docker archive, an OCI archive or a layout directory, from a file or a pipe. From
a pipe each layer goes up as it arrives, with nothing kept on disk. What the registry has is not sent again. The manifest
goes last, when every digest and diff_id has been verified. Prints REPOSITORY@DIGEST.

Credentials are those that docker login or podman login has stored.`,
  flags,
  examples: [
    'layertool push app.tar registry.example/team/app:1',
    'layertool push <(layertool image --base base.tar app.tar) localhost:5000/app',
    'layertool pull debian:12 | layertool push - localhost:5000/debian:12',
  ],
  async run(values, args) {
    const [image, name, ...more] = args;
    if (image === undefined || name === undefined || more.length > 0) {
      throw new UsageError('it needs an image and a reference', 'layertool push app.tar registry.example/team/app:1');
    }
    const reference = parseReference(name);
    const platform = readPlatform(values.platform);
    const { compress: compression, format: dialect, insecure } = values;
    const watch = blobBars('push', values, name);
    // The bars say it all.
    const quietly = { ...values, progress: 'none' };
    await job('push', quietly, { paths: [{ image }], writes: 'text' }, async ({ inputs, output }) => {
      const repository = await openRepository(reference, { access: 'push', insecure, watch });
      try {
        const digest = await push(inputs[0]!, repository, { compression, platform, dialect });
        watch.stop();
        await pump(byteSource([Buffer.from(`${repositoryName(reference)}@${digest}\n`)]), output);
      } finally {
        repository.close();
      }
    }).finally(watch.stop);
  },
};
