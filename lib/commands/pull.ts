import { Readable } from 'node:stream';
import { archiveImage } from '../../transforms/archive-image.ts';
import { archiveIndex } from '../../transforms/archive-index.ts';
import { sourceDateEpoch } from './epoch.ts';
import { UsageError } from '../errors.ts';
import { packArchive } from '../image/pack-archive.ts';
import { parsePlatform } from '../image/platform.ts';
import { parseReference, parseTag, repositoryName } from '../image/reference.ts';
import { pump } from '../streams/pump.ts';
import { pullImage, pullIndex } from '../registry/pull.ts';
import { openRepository } from '../registry/repository.ts';
import { blobProgress } from './blob-progress.ts';
import type { Command } from './command.ts';
import { job } from './job.ts';
import { say } from './say.ts';

const flags = {
  format: {
    type: 'string',
    value: 'FORMAT',
    choices: ['docker', 'oci'],
    help: 'docker (the default; an OCI archive too) or oci',
  },
  platform: { type: 'string', value: 'OS/ARCH', help: 'pick from an image for several; linux/amd64 by default' },
  allPlatforms: { type: 'boolean', help: 'take all of an image for several, as an OCI archive' },
  insecure: { type: 'boolean', help: 'take plain http, and any certificate' },
} as const;

export const command: Command<typeof flags> = {
  name: 'pull',
  usage: '[flags] REF',
  about: `Writes an image of a registry as an archive: one that docker load, podman load, crane push and skopeo all read.
Every blob is verified on its way, and none is kept on disk. The manifest stays as it is, and so the image's digest.

Credentials are those that docker login or podman login has stored.`,
  flags,
  examples: [
    'layertool pull debian:12 | docker load',
    'layertool pull --platform linux/arm64 registry.example/team/app:1 -o app.tar',
    'layertool image --base <(layertool pull python:3.13-slim) app.tar -t app | docker load',
  ],
  async run(values, args) {
    const [name, ...more] = args;
    if (name === undefined || more.length > 0)
      throw new UsageError('it needs one reference', 'layertool pull debian:12');
    const reference = parseReference(name);
    const platform = values.platform === undefined ? undefined : parsePlatform(values.platform);
    if (values.allPlatforms && platform) throw new UsageError('--all-platforms and --platform exclude each other');
    if (values.allPlatforms && values.format === 'docker') {
      throw new UsageError('a docker archive has one platform', '--all-platforms writes an OCI archive');
    }
    const format = values.format === 'oci' ? 'oci' : 'docker';
    const tags = reference.tag === undefined ? [] : [parseTag(`${repositoryName(reference)}:${reference.tag}`)];
    const time = sourceDateEpoch() ?? 0;

    const watch = blobProgress('pull', values);
    // The bars say it all.
    await job('pull', [], { ...values, progress: 'none' }, async (_, output) => {
      const repository = await openRepository(reference, { access: 'pull', insecure: values.insecure, watch });
      try {
        if (values.allPlatforms) {
          const index = await pullIndex(repository);
          await pump(Readable.from([index]), archiveIndex({ tags, time }), packArchive(), output);
          return;
        }
        const image = await pullImage(repository, platform);
        if (format === 'docker' && image.layers.some(({ compression }) => compression === 'zstd')) {
          say(values, 'pull: zstd layers in a docker archive: docker before 23 does not read them');
        }
        await pump(Readable.from([image]), archiveImage({ format, tags, time }), packArchive(), output);
      } finally {
        repository.close();
      }
    }).finally(watch.stop);
  },
};
