import { clampTimes } from '../../transforms/clamp-times.ts';
import { dropWhiteouts } from '../../transforms/drop-whiteouts.ts';
import { squash } from '../../transforms/squash.ts';
import { decompress } from '../codecs/compression.ts';
import { contentOf } from '../entries/body.ts';
import type { Entry } from '../entries/entry.ts';
import { UsageError } from '../errors.ts';
import type { OpenedImage } from '../image/image.ts';
import { entriesOfLayer } from '../image/layer-entries.ts';
import { withImages } from '../image/open.ts';
import { withRead } from '../image/read-layers.ts';
import { chosenLayer, layersAbove, parseLayerChoice } from '../image/select-layers.ts';
import { stacking } from '../image/stacking.ts';
import { emit } from '../stack/emit.ts';
import { branch } from '../streams/branch.ts';
import type { Flow } from '../streams/flow.ts';
import { pump } from '../streams/pump.ts';
import { byteSource, source } from '../streams/source.ts';
import { pack } from '../tar/pack.ts';
import { scan } from '../tar/scan.ts';
import type { Command } from './command.ts';
import { sourceDateEpoch } from './epoch.ts';
import { job } from './job.ts';
import { depfileFlag, platformFlag, readPlatform } from './shared-flags.ts';

const flags = {
  layer: {
    type: 'string',
    value: 'N',
    help: 'this layer alone: 1, 2, …, -1 for the topmost, or its digest or diff_id',
  },
  above: { type: 'string', value: 'BASE', help: 'what the image has above another one, whiteouts kept' },
  platform: platformFlag,
  depfile: depfileFlag,
} as const;

export const command: Command<typeof flags> = {
  name: 'export',
  usage: '[--layer N | --above BASE] [--platform OS/ARCH] IMAGE',
  about: `Makes one layer of an image: its whole tree, as squash --drop-whiteouts makes it of all its layers; or with --layer
one of its layers, plain, byte for byte what its diff_id says; or with --above what it adds to a base.`,
  flags,
  examples: [
    'layertool export image.tar | tar tv',
    'layertool export --layer -1 <(docker save app) > top.tar',
    'layertool export --above old-base.tar app.tar | layertool image --base new-base.tar -',
  ],
  async run(values, args) {
    const [path, ...more] = args;
    if (path === undefined) throw new UsageError('it needs an image');
    if (more.length > 0) throw new UsageError(`it takes one image, not also ${more.join(' ')}`);
    const { layer: chosen, above } = values;
    if (chosen !== undefined && above !== undefined) throw new UsageError('--layer and --above exclude each other');
    if (chosen !== undefined) parseLayerChoice(chosen);
    const platform = readPlatform(values.platform);
    const epoch = sourceDateEpoch();
    const paths = [path, ...(above === undefined ? [] : [above])].map((image) => ({ image }));
    const clamp = (): Flow<Entry, Entry> | undefined => (epoch === undefined ? undefined : clampTimes(epoch));
    await job('export', values, { paths }, async ({ inputs, output, say }) => {
      if (chosen === undefined && above === undefined) {
        await withRead(inputs[0]!, platform, stacking, async (_, stacked) => {
          await pump(source(emit(stacked, epoch ?? 0)), dropWhiteouts(), clamp(), pack(), output);
        });
        return;
      }
      await withImages(inputs, platform, async (opened) => {
        const [{ image }, base] = opened as [OpenedImage, OpenedImage?];
        const { name } = inputs[0]!;
        if (chosen !== undefined) {
          const { place, content } = chosenLayer(image, name, chosen);
          // That it is a whole layer is not yet known: its diff_id may be that of half of one.
          const check = branch((bytes) =>
            pump(
              bytes,
              scan(place.name, () => {}),
            ),
          );
          await pump(byteSource(contentOf(content())), decompress(place.name).stream, check, output);
          return;
        }
        const layers = layersAbove(image, name, base!.image, inputs[1]!.name);
        if (layers.length === 0) say(`${name} has no layers above ${inputs[1]!.name}`);
        await pump(
          source(layers.map((layer) => ({ name: layer.place.name, entries: entriesOfLayer(layer) }))),
          squash(epoch),
          clamp(),
          pack(),
          output,
        );
      });
    });
  },
};
