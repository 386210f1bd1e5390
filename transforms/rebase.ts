import { baseAnnotations, ownAnnotations } from '../lib/image/config.ts';
import { mergeConfigs, mergeKeys, type Tell } from '../lib/image/config-merge.ts';
import type { Image, OpenedImage } from '../lib/image/image.ts';
import { objectAt } from '../lib/image/json.ts';
import { rebasedHistory } from '../lib/image/rebase-history.ts';
import type { Flow } from '../lib/streams/flow.ts';
import { mapEach } from '../lib/streams/map-each.ts';

export interface Rebasing {
  /** The new base. */
  readonly onto: OpenedImage;
  /** The old base, where it is known. */
  readonly from: Image | undefined;
  /** The layers of the old base, which are the lowest of the image. */
  readonly count: number;
  /** Is told of each choice that was not plain. */
  readonly tell: Tell;
}

/** An image in, the same on another base out: its own layers are those that it was, and nothing is built. */
export function rebase({ onto, from, count, tell }: Rebasing): Flow<Image, Image> {
  return mapEach((image: Image): Image => {
    const { image: base } = onto;
    const { manifest: _, ...own } = image;
    const layers = [...base.layers, ...image.layers.slice(count)];
    const old = from?.config;
    const config = {
      ...mergeConfigs({ old, own: image.config, base: base.config }, tell),
      rootfs: { type: 'layers', ...objectAt(base.config, 'rootfs'), diff_ids: layers.map(({ diffId }) => diffId) },
      history: rebasedHistory(image.config['history'], (from ?? base).config['history'], base.config['history'], count),
    };
    const three = {
      old: from && { ...from.annotations },
      own: { ...image.annotations },
      base: { ...base.annotations },
    };
    const merged = mergeKeys(three, 'annotation ', () => {});
    const annotations: Record<string, string> = {};
    for (const [key, value] of Object.entries(merged)) if (typeof value === 'string') annotations[key] = value;
    return {
      ...own,
      config,
      configBytes: Buffer.from(JSON.stringify(config)),
      platform: base.platform,
      layers,
      annotations: { ...ownAnnotations(annotations), ...baseAnnotations(onto) },
    };
  });
}
