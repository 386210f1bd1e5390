import { archiveImage } from '../../transforms/archive-image.ts';
import { stackLayers } from '../../transforms/stack-layers.ts';
import { storeLayers } from '../../transforms/store-layers.ts';
import { baseAnnotations, clearsCmd } from '../image/config.ts';
import { layerStore } from '../image/layer-store.ts';
import { openImage, scratchImage, seekableSource } from '../image/open.ts';
import { packArchive } from '../image/pack-archive.ts';
import { parseTag } from '../image/reference.ts';
import { together } from '../inputs/input.ts';
import { pump } from '../streams/pump.ts';
import { source } from '../streams/source.ts';
import type { Command } from './command.ts';
import { configFlags, readConfigFlags, readPairs } from './config-flags.ts';
import { sourceDateEpoch } from './epoch.ts';
import { job } from './job.ts';
import { depfileFlag, formatFlag, platformFlag, readPlatform } from './shared-flags.ts';
import { zstdWarning } from './zstd-warning.ts';

const flags = {
  base: { type: 'string', value: 'IMAGE', help: 'the image to stack on: an archive, a pipe or a layout directory' },
  tag: { type: 'string', short: 't', value: 'REF', many: true, help: 'name the image NAME[:TAG]' },
  format: formatFlag,
  compress: {
    type: 'string',
    value: 'HOW',
    choices: ['auto', 'none', 'gzip', 'zstd'],
    default: 'auto',
    help: 'how all layers are stored; auto: as the first one is',
  },
  platform: { ...platformFlag, help: 'pick from a base for several, or name that of an image from scratch' },
  annotation: { type: 'string', short: 'a', value: 'KEY=VALUE', many: true, help: 'annotate the manifest' },
  createdBy: {
    type: 'string',
    value: 'TEXT',
    default: 'layertool image',
    help: 'what the history says of the added layers',
  },
  ...configFlags,
  depfile: depfileFlag,
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
    const platform = readPlatform(values.platform);
    const time = sourceDateEpoch() ?? 0;
    const { base, format = 'docker', compress = 'auto', createdBy = 'layertool image' } = values;
    const paths = [...(base === undefined ? [] : [{ image: base }]), ...args];

    await job('image', values, { paths }, async ({ inputs, output, say }) => {
      const baseInput = base === undefined ? undefined : inputs[0];
      const store = layerStore();
      const opening = baseInput && seekableSource(baseInput);
      try {
        const [opened, layers] = await together(inputs, [
          opening
            ? opening.then((files) => openImage(files, platform, store))
            : Promise.resolve(scratchImage(platform)),
          store.readAll(baseInput ? inputs.slice(1) : inputs),
        ]);
        const { image } = opened;
        if (clearsCmd(image.config, change)) say("--entrypoint clears the base's cmd");
        // One archive, one compression: crane judges all layers by the first.
        const first = [...image.layers, ...layers][0];
        const compression = compress === 'auto' ? (first?.compression ?? 'none') : compress;
        if (compression === 'zstd') zstdWarning(format, say);
        await pump(
          source([image]),
          stackLayers({
            layers,
            change,
            annotations: { ...baseAnnotations(opened), ...annotations },
            time,
            createdBy,
          }),
          storeLayers(compression, store),
          archiveImage({ format, tags, time }),
          packArchive(),
          output,
        );
      } finally {
        await (await opening?.catch(() => undefined))?.close();
        await store.close();
      }
    });
  },
};
