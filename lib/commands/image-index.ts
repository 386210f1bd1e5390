import { archiveIndex } from '../../transforms/archive-index.ts';
import { UsageError } from '../errors.ts';
import { collection } from '../image/collect.ts';
import { layerStore } from '../image/layer-store.ts';
import { seekableSource } from '../image/open.ts';
import { packArchive } from '../image/pack-archive.ts';
import { parseTag } from '../image/reference.ts';
import { together } from '../inputs/input.ts';
import { pump } from '../streams/pump.ts';
import { source } from '../streams/source.ts';
import type { Command } from './command.ts';
import { readPairs } from './config-flags.ts';
import { sourceDateEpoch } from './epoch.ts';
import { job } from './job.ts';
import { depfileFlag } from './shared-flags.ts';

const flags = {
  tag: { type: 'string', short: 't', value: 'REF', many: true, help: 'name the index NAME[:TAG]' },
  annotation: { type: 'string', short: 'a', value: 'KEY=VALUE', many: true, help: 'annotate the index' },
  depfile: depfileFlag,
} as const;

export const command: Command<typeof flags> = {
  name: 'index',
  usage: '[-t REF] [-a KEY=VALUE] IMAGE…',
  about: `Makes one image for several platforms out of images for one each, or for several, and writes an OCI archive. Their
manifests, configs and layers stay as they are, byte for byte, and attestations go along; a docker archive gets the manifest
that push would give it. Each platform, as the configs tell it, is there once.`,
  flags,
  examples: [
    'layertool index amd64.tar arm64.tar -t app -o app.tar',
    'layertool push <(layertool index amd64.tar arm64.tar) registry.example/team/app:1',
  ],
  async run(values, args) {
    if (args.length === 0) throw new UsageError('it needs at least one image');
    const annotations = Object.fromEntries(readPairs('--annotation', values.annotation));
    const tags = values.tag.map(parseTag);
    const time = sourceDateEpoch() ?? 0;
    await job('index', values, { paths: args.map((image) => ({ image })) }, async ({ inputs, output }) => {
      const store = layerStore();
      const opening = inputs.map(seekableSource);
      try {
        const images = collection(store);
        for (const files of await together(inputs, opening)) await images.add(files);
        await pump(source([images.index(annotations)]), archiveIndex({ tags, time }), packArchive(), output);
      } finally {
        for (const files of opening) await (await files.catch(() => undefined))?.close();
        await store.close();
      }
    });
  },
};
