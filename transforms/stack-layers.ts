import type { Transform } from 'node:stream';
import { type ConfigChange, changed, changesAnything, withLayers } from '../lib/image/config.ts';
import type { Blob, Image } from '../lib/image/image.ts';
import { each } from '../lib/streams/map.ts';

export interface Stacking {
  readonly layers: readonly Blob[];
  readonly change: ConfigChange;
  readonly annotations: Readonly<Record<string, string>>;
  /** The time of the image and of the added layers, in seconds. */
  readonly time: number;
  /** What the history says made the added layers. */
  readonly createdBy: string;
}

/** An image in, the same with layers on top and its config changed out. With nothing to do, its config stays verbatim. */
export function stackLayers({ layers, change, annotations, time, createdBy }: Stacking): Transform {
  return each((image: Image): Image => {
    const { raw: _, ...read } = image;
    const described = { ...read, annotations: { ...own(image.annotations), ...annotations } };
    if (layers.length === 0 && image.configBytes.length > 0 && !changesAnything(change)) return described;
    const created = new Date(time * 1000).toISOString().replace('.000Z', 'Z');
    const diffIds = layers.map((layer) => layer.diffId);
    const config = withLayers(
      { created, ...changed(image.config, change) },
      diffIds,
      created,
      createdBy,
      change.author,
    );
    config['created'] = created;
    const configBytes = Buffer.from(JSON.stringify(config));
    return { ...described, config, configBytes, layers: [...image.layers, ...layers] };
  });
}

/** What a base's annotations say of its own base is not true of what is stacked on it. */
function own(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(annotations).filter(([key]) => !key.startsWith('org.opencontainers.image.base.'));
  return Object.fromEntries(entries);
}
