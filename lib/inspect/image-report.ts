import { type Digest, digestOf } from '../bytes/digest.ts';
import type { OpenedImage } from '../image/image.ts';
import { isObject, type Json, type JsonObject, objectAt } from '../image/json.ts';
import { platformText } from '../image/platform.ts';
import type { FileOfImage, LayerSurvey, Survey } from './survey.ts';

export interface LayerOfImage extends LayerSurvey {
  readonly digest: Digest;
  readonly diffId: Digest;
  readonly compression: string;
  /** As it is stored, in bytes. */
  readonly size: number;
  /** The entry of the config's history that tells of it. */
  readonly history: JsonObject | undefined;
}

export interface ImageReport {
  readonly name: string | undefined;
  /** Of the manifest, where there is one. */
  readonly digest: Digest | undefined;
  /** The digest of the config, by which docker knows an image. */
  readonly id: Digest;
  readonly platform: string;
  /** All that the archive has an image for. */
  readonly platforms: readonly string[];
  readonly config: JsonObject;
  readonly annotations: Readonly<Record<string, string>>;
  /** Of all layers as they are stored, in bytes. */
  readonly size: number;
  readonly layers: readonly LayerOfImage[];
  readonly largest: readonly FileOfImage[];
  readonly hidden: readonly FileOfImage[];
}

/** What an image and the survey of its layers tell. */
export function imageReport({ image, name, digest, platforms }: OpenedImage, survey: Survey): ImageReport {
  const { layers, largest, hidden } = survey;
  const history = historyOf(image.config['history']);
  return {
    name,
    digest,
    id: digestOf(image.configBytes),
    platform: platformText(image.platform),
    platforms,
    config: image.config,
    annotations: image.annotations,
    size: image.layers.reduce((sum, layer) => sum + layer.size, 0),
    layers: image.layers.map(({ digest, diffId, compression, size }, at) => {
      return { digest, diffId, compression, size, history: history[at], ...layers[at]! };
    }),
    largest,
    hidden,
  };
}

/** The entries of history that made a layer (OCI image specification, config.md, "history"). */
function historyOf(history: Json | undefined): JsonObject[] {
  const list = Array.isArray(history) ? history : [];
  return list.filter(isObject).filter((entry) => entry['empty_layer'] !== true);
}

/** The part of a config that says how to run the image. */
export function runConfig({ config }: ImageReport): JsonObject {
  return objectAt(config, 'config');
}
