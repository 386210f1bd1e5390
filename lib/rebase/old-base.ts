import { InputError } from '../errors.ts';
import type { Image } from '../image/image.ts';
import { textAt } from '../image/json.ts';
import { platformText } from '../image/platform.ts';
import { madeLayer } from '../image/rebase-history.ts';
import { layersAbove } from '../image/select-layers.ts';

/** An image and what it is called in errors. */
export interface Named {
  readonly name: string;
  readonly image: Image;
}

/**
 * How many of an image's layers are its old base's. Without one that is named these are the layers that the image has in
 * common with the new base, where it is sure that no other is the base's too. What is not sure is an InputError.
 */
export function oldBaseLayers(own: Named, onto: Named, from: Named | undefined): number {
  checkPlatforms(own, onto);
  if (from) {
    layersAbove(own.image, own.name, from.image, from.name);
    return from.image.layers.length;
  }
  const [layers, others] = [own.image.layers, onto.image.layers];
  let count = 0;
  while (count < layers.length && layers[count]?.diffId === others[count]?.diffId) count++;
  const hint = 'name the base that it was built on with --from';
  if (count === 0) throw new InputError(own.name, `shares no layer with ${onto.name}`, hint);
  // A layer that was made by the same words is that of a base that was built again.
  const words = [own, onto].map(({ image }) => textAt(madeLayer(image.config['history'], count + 1), 'created_by'));
  if (words[0] !== undefined && words[0] === words[1]) {
    const problem = `layer ${count + 1} was made as that of ${onto.name} was, and is another: it may be of the old base`;
    throw new InputError(own.name, problem, hint);
  }
  return count;
}

function checkPlatforms(own: Named, onto: Named): void {
  const [one, two] = [own.image.platform, onto.image.platform];
  if (one.os === two.os && one.architecture === two.architecture && (one.variant ?? '') === (two.variant ?? '')) return;
  throw new InputError(own.name, `is for ${platformText(one)}, and ${onto.name} is for ${platformText(two)}`);
}
