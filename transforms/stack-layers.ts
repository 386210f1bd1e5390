import { type ConfigChange, changed, changesAnything, ownAnnotations, withLayers } from '../lib/image/config.ts';
import type { Image, Layer } from '../lib/image/image.ts';
import type { Flow } from '../lib/streams/flow.ts';
import { mapEach } from '../lib/streams/map-each.ts';

export interface Stacking {
  /** The lowest first. */
  readonly layers: readonly Layer[];
  readonly change: ConfigChange;
  readonly annotations: Readonly<Record<string, string>>;
  /** The time of the image and of the added layers, in seconds. */
  readonly time: number;
  /** What the history says made the added layers. */
  readonly createdBy: string;
}

/** An image in, the same with layers on top and its config changed out. With nothing to do, its config stays verbatim. */
export function stackLayers({ layers, change, annotations, time, createdBy }: Stacking): Flow<Image, Image> {
  return mapEach((image: Image): Image => {
    const { manifest: _, ...base } = image;
    const described = { ...base, annotations: { ...ownAnnotations(image.annotations), ...annotations } };
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
