import type { ImageReport } from './image-report.ts';
import type { LayerReport } from './layer-report.ts';
import { pathText } from './listing.ts';

/*
 * The shapes that programs rely on (docs/inspect.md): fields may be added, and none is renamed or removed. What is not
 * known is null. Sizes are in bytes.
 */

/** An image as a JSON document, with a line feed at its end. */
export function imageJson(report: ImageReport): string {
  const { name, digest, id, platform, platforms, config, annotations, size, layers, largest, hidden } = report;
  const files = (list: typeof largest) => list.map((file) => ({ ...file, path: pathText(file.path) }));
  return text({
    kind: 'image',
    name: name ?? null,
    digest: digest ?? null,
    id,
    platform,
    platforms,
    size,
    config,
    annotations,
    layers: layers.map((layer) => ({
      digest: layer.digest,
      diff_id: layer.diffId,
      size: layer.size,
      compression: layer.compression,
      entries: layer.entries,
      content: layer.content,
      hidden: layer.hidden,
      history: layer.history ?? null,
    })),
    largest: files(largest),
    hidden: files(hidden),
  });
}

/** A layer as a JSON document, with a line feed at its end. */
export function layerJson(report: LayerReport): string {
  const { digest, diffId, compression, size, unpackedSize, entries, content, largest } = report;
  return text({
    kind: 'layer',
    digest,
    diff_id: diffId,
    size,
    unpacked_size: unpackedSize,
    compression,
    entries: Object.fromEntries(entries),
    content,
    largest: largest.map((file) => ({ ...file, path: pathText(file.path) })),
  });
}

function text(json: object): string {
  return `${JSON.stringify(json, undefined, 2)}\n`;
}
