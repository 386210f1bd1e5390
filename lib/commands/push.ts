import { Readable } from 'node:stream';
import { UsageError } from '../errors.ts';
import { isDirectory } from '../image/files.ts';
import { parsePlatform } from '../image/platform.ts';
import { parseReference, repositoryName } from '../image/reference.ts';
import { closeInputs, openInputs } from '../inputs/input.ts';
import { openOutput } from '../outputs/output.ts';
import { pump } from '../streams/pump.ts';
import { push } from '../push/push.ts';
import { openRepository } from '../registry/repository.ts';
import { blobProgress } from './blob-progress.ts';
import type { Command } from './command.ts';
import { print } from './print.ts';

const flags = {
  compress: {
    type: 'string',
    value: 'HOW',
    choices: ['gzip', 'zstd', 'none'],
    help: 'what plain layers become on the way; gzip by default',
  },
  format: {
    type: 'string',
    value: 'FORMAT',
    choices: ['docker', 'oci'],
    help: 'whose manifest a docker archive gets; docker by default',
  },
  platform: { type: 'string', value: 'OS/ARCH', help: 'push one image of an index, instead of all' },
  insecure: { type: 'boolean', help: 'take plain http, and any certificate' },
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
    const platform = values.platform === undefined ? undefined : parsePlatform(values.platform);
    const { compress = 'gzip', format, insecure } = values;
    const compression = compress === 'none' || compress === 'zstd' ? compress : 'gzip';
    const dialect = format === 'docker' || format === 'oci' ? format : undefined;
    const directory = await isDirectory(image);
    const inputs = await openInputs(directory ? [] : [image]);
    const watch = blobProgress('push', values);
    try {
      const repository = await openRepository(reference, { access: 'push', insecure, watch });
      try {
        const digest = await push(inputs[0] ?? image, repository, { compression, platform, dialect });
        watch.stop();
        const line = `${repositoryName(reference)}@${digest}\n`;
        if (values.output === undefined) await print(line);
        else await pump(Readable.from([Buffer.from(line)]), await openOutput(values.output));
      } finally {
        repository.close();
      }
    } finally {
      watch.stop();
      await closeInputs(inputs);
    }
  },
};
