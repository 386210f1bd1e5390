import { isDigest } from '../bytes/digest.ts';
import { InputError, UsageError } from '../errors.ts';
import type { Image, Layer } from './image.ts';

/** A layer of an image, as a person names it. */
export type LayerChoice = (layer: Layer, number: number, count: number) => boolean;

/** Reads a number from 1, or from -1 for the topmost, or a digest or diff_id; what is none is a UsageError. */
export function parseLayerChoice(text: string): LayerChoice {
  if (isDigest(text)) return ({ digest, diffId }) => digest === text || diffId === text;
  const number = /^-?[1-9][0-9]{0,5}$/.test(text) ? Number(text) : undefined;
  if (number === undefined) {
    throw new UsageError(
      `${JSON.stringify(text)} is not a layer`,
      'a layer is 1, 2, …, or -1 from the top, or a digest',
    );
  }
  return (_, own, count) => own === (number > 0 ? number : count + 1 + number);
}

/** The layer of an image that is chosen; that there is none is an InputError. */
export function chosenLayer({ layers }: Image, input: string, text: string): Layer {
  const isChosen = parseLayerChoice(text);
  const layer = layers.find((each, at) => isChosen(each, at + 1, layers.length));
  if (layer === undefined) throw new InputError(input, `has no layer ${text}, only ${layers.length} layers`);
  return layer;
}

/**
 * What an image has above the layers of its base, which are known by their diff_ids. That the base is not below the image
 * is an InputError.
 */
export function layersAbove(image: Image, input: string, base: Image, baseInput: string): readonly Layer[] {
  const [own, below] = [image.layers, base.layers];
  const at = below.findIndex(({ diffId }, index) => own[index]?.diffId !== diffId);
  if (at < 0) return own.slice(below.length);
  const why =
    own.length < below.length && at === own.length
      ? `it has ${own.length} layers, and ${baseInput} ${below.length}`
      : `layer ${at + 1} is ${own[at]?.diffId ?? 'missing'} and not ${below[at]!.diffId}`;
  throw new InputError(input, `is not built on ${baseInput}: ${why}`);
}
