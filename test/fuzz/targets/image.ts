import { buildImage, openImage } from '../../../lib/front/image.ts';
import { byteSource } from '../../../lib/streams/source.ts';
import { agree, Broken, outcomeOf } from '../judges/broken.ts';
import { gathered } from '../judges/collected.ts';
import { held, heldText } from '../judges/entries.ts';
import { mutateJson } from '../mutate/json.ts';
import { mutateTar } from '../mutate/tar.ts';
import { fileOf, piecesOf } from '../scratch.ts';
import { archiveOf, images } from '../seeds/images.ts';
import type { Sample, Target } from '../target.ts';

/** What is told of an image, all of it verified. */
interface Told {
  readonly config: string;
  readonly layers: readonly string[];
  readonly rest: string;
}

/** An image is the same from a file and from a pipe, has the digests that it tells, and can be built on. */
export const image: Target = {
  name: 'image',
  quick: 50,
  limit: 3000,
  size: 64 * 1024,
  seeds: () => [...images(), ...images().map((parts): Sample => [archiveOf(parts)])],
  mutate(part, dice, other, index) {
    if (part.length <= 1) return Buffer.of(dice.below(16));
    return index > 0 && index < 5 ? mutateJson(part, dice, other) : mutateTar(part, dice, other);
  },
  async run(sample) {
    const bytes = archiveOf(sample);
    const path = fileOf(bytes, 'image.tar');
    const fromFile = await outcomeOf(() => told(path), [path]);
    const fromPipe = await outcomeOf(() => told(piecesOf(bytes)), ['the stream']);
    agree('an image from a file and from a pipe', fromFile, fromPipe, (value) => JSON.stringify(value));
    if ('refusal' in fromFile) return fromFile.refusal.replace(/(?<=: ).*|sha\w+:\S*/s, '');
    const built = await outcomeOf(() => gathered(buildImage({ base: path })), [path]);
    if ('refusal' in built) throw new Broken(`an image is opened that cannot be built on: ${built.refusal}`);
    const again = await outcomeOf(() => told(byteSource([built.value])), ['the stream']);
    if ('refusal' in again) throw new Broken(`an image that was built is refused: ${again.refusal}`);
    if (again.value.config !== fromFile.value.config)
      throw new Broken('an image that nothing was added to has another config');
    if (again.value.layers.join() !== fromFile.value.layers.join())
      throw new Broken('an image that nothing was added to has other layers');
    return 'taken';
  },
};

async function told(from: Parameters<typeof openImage>[0]): Promise<Told> {
  const opened = await openImage(from);
  try {
    const { config, platform, annotations, name, layers } = opened;
    const diffIds = (config['rootfs'] as { diff_ids?: unknown } | undefined)?.diff_ids ?? [];
    const ids = layers.map(({ diffId }) => diffId);
    if (JSON.stringify(ids) !== JSON.stringify(diffIds))
      throw new Broken('the layers of an image are not those of its config');
    for (const { entries, compression } of layers) {
      // What an image holds as a layer need not be one: that shows when it is read.
      const list = await outcomeOf(() => held(entries()), ['the stream', ...(typeof from === 'string' ? [from] : [])]);
      if (compression === 'none' && 'value' in list) heldText(list.value);
    }
    return { config: JSON.stringify(config), layers: ids, rest: JSON.stringify([platform, annotations, name]) };
  } finally {
    await opened.close();
  }
}
