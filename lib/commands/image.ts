import { Readable } from 'node:stream';
import { archiveImage } from '../../transforms/archive-image.ts';
import { stackLayers } from '../../transforms/stack-layers.ts';
import { storeLayers } from '../../transforms/store-layers.ts';
import type { Compression } from '../codecs/compression.ts';
import { sourceDateEpoch } from './epoch.ts';
import { blobs, readLayers } from '../image/blob.ts';
import { isDirectory } from '../image/files.ts';
import type { Blob, Image } from '../image/image.ts';
import { openBase } from '../image/open.ts';
import { packArchive } from '../image/pack-archive.ts';
import { parsePlatform } from '../image/platform.ts';
import { parseTag } from '../image/reference.ts';
import { together } from '../inputs/input.ts';
import { pump } from '../streams/pump.ts';
import type { Command } from './command.ts';
import { configFlags, readConfigFlags, readPairs } from './config-flags.ts';
import { job } from './job.ts';
import { say } from './say.ts';

const flags = {
  base: { type: 'string', value: 'IMAGE', help: 'the image to stack on: an archive, a pipe or a layout directory' },
  tag: { type: 'string', short: 't', value: 'REF', many: true, help: 'name the image NAME[:TAG]' },
  format: {
    type: 'string',
    value: 'FORMAT',
    choices: ['docker', 'oci'],
    help: 'docker (the default; an OCI archive too) or oci',
  },
  compress: {
    type: 'string',
    value: 'HOW',
    choices: ['auto', 'none', 'gzip', 'zstd'],
    help: 'how all layers are stored; auto (the default): as the first one is',
  },
  platform: {
    type: 'string',
    value: 'OS/ARCH',
    help: 'pick from a base for several, or name that of an image from scratch',
  },
  annotation: { type: 'string', short: 'a', value: 'KEY=VALUE', many: true, help: 'annotate the manifest' },
  createdBy: { type: 'string', value: 'TEXT', help: 'what the history says of the added layers' },
  ...configFlags,
} as const;

export const command: Command<typeof flags> = {
  name: 'image',
  usage: '[--base IMAGE] [flags] [LAYER…]',
  about: `Stacks layers on a base image, or on nothing, and writes an image archive: one that docker load, podman load,
crane push and skopeo all read. Every digest, size and diff_id of the base is verified on the way.`,
  flags,
  examples: [
    'layertool image --base base.tar app.tar --entrypoint /app -t app | docker load',
    'layertool image --base=<(crane pull debian /dev/stdout) <(layertool go ./cmd/x) -o x.tar',
  ],
  async run(values, args) {
    const change = readConfigFlags(values);
    const annotations = Object.fromEntries(readPairs('--annotation', values.annotation));
    const tags = values.tag.map(parseTag);
    const platform = values.platform === undefined ? undefined : parsePlatform(values.platform);
    const time = sourceDateEpoch() ?? 0;
    const format = values.format === 'oci' ? 'oci' : 'docker';
    const directory = values.base !== undefined && (await isDirectory(values.base)) ? values.base : undefined;
    const archived = values.base !== undefined && directory === undefined ? [values.base] : [];

    await job('image', [...archived, ...args], values, async (inputs, output) => {
      const store = blobs();
      const base = directory === undefined ? inputs.slice(0, archived.length) : [directory];
      const opening = openBase(base[0], platform, store);
      try {
        const layers = inputs.slice(archived.length);
        const [opened, added] = await together(inputs, [opening, readLayers(layers, store)]);
        const { image, name, digest } = opened;
        if (change.entrypoint && !change.cmd && hasCmd(image)) say(values, "image: --entrypoint clears the base's cmd");
        const stacking = {
          layers: added,
          change,
          annotations: { ...baseAnnotations(name, digest), ...annotations },
          time,
          createdBy: values.createdBy ?? 'layertool image',
        };
        const compression = chooseCompression(values.compress, [...image.layers, ...added]);
        if (compression === 'zstd' && format === 'docker') {
          say(values, 'image: zstd layers in a docker archive: docker before 23 does not read them');
        }
        await pump(
          Readable.from([image]),
          stackLayers(stacking),
          storeLayers(compression, store),
          archiveImage({ format, tags, time }),
          packArchive(),
          output,
        );
      } finally {
        const opened = await opening.catch(() => undefined);
        await opened?.close();
        await store.close();
      }
    });
  },
};

/** One archive, one compression: crane judges all layers by the first. */
function chooseCompression(asked: string | undefined, layers: readonly Blob[]): Compression {
  if (asked === 'none' || asked === 'gzip' || asked === 'zstd') return asked;
  return layers[0]?.compression ?? 'none';
}

function hasCmd(image: Image): boolean {
  const inner = image.config['config'];
  return typeof inner === 'object' && inner !== null && 'Cmd' in inner && inner['Cmd'] !== null;
}

function baseAnnotations(name: string | undefined, digest: string | undefined): Record<string, string> {
  return {
    ...(name !== undefined && { 'org.opencontainers.image.base.name': name }),
    ...(digest !== undefined && { 'org.opencontainers.image.base.digest': digest }),
  };
}
