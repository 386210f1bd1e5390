import { archiveImage } from '../../transforms/archive-image.ts';
import { archiveIndex } from '../../transforms/archive-index.ts';
import { UsageError } from '../errors.ts';
import { packArchive } from '../image/pack-archive.ts';
import { parseReference, parseTag, repositoryName } from '../image/reference.ts';
import { pullImage, pullIndex } from '../registry/pull.ts';
import { openRepository } from '../registry/repository.ts';
import { pump } from '../streams/pump.ts';
import { source } from '../streams/source.ts';
import { blobBars } from './blob-bars.ts';
import type { Command } from './command.ts';
import { sourceDateEpoch } from './epoch.ts';
import { job } from './job.ts';
import { formatFlag, insecureFlag, platformFlag, readPlatform } from './shared-flags.ts';
import { zstdWarning } from './zstd-warning.ts';

const flags = {
  format: formatFlag,
  platform: platformFlag,
  allPlatforms: { type: 'boolean', help: 'take all of an image for several, as an OCI archive' },
  insecure: insecureFlag,
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
    const platform = readPlatform(values.platform);
    if (values.allPlatforms && platform) throw new UsageError('--all-platforms and --platform exclude each other');
    if (values.allPlatforms && values.format === 'docker') {
      throw new UsageError('a docker archive has one platform', '--all-platforms writes an OCI archive');
    }
    const { format = 'docker', insecure } = values;
    const tags = reference.tag === undefined ? [] : [parseTag(`${repositoryName(reference)}:${reference.tag}`)];
    const time = sourceDateEpoch() ?? 0;

    const watch = blobBars('pull', values, name);
    // The bars say it all.
    await job('pull', { ...values, progress: 'none' }, {}, async ({ output, say }) => {
      const repository = await openRepository(reference, { access: 'pull', insecure, watch });
      try {
        if (values.allPlatforms) {
          await pump(source([await pullIndex(repository)]), archiveIndex({ tags, time }), packArchive(), output);
          return;
        }
        const image = await pullImage(repository, platform);
        if (image.layers.some(({ compression }) => compression === 'zstd')) zstdWarning(format, say);
        await pump(source([image]), archiveImage({ format, tags, time }), packArchive(), output);
      } finally {
        repository.close();
      }
    }).finally(watch.stop);
  },
};
