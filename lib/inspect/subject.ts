import type { Place } from '../bytes/place.ts';
import { compressionAt } from '../codecs/compression.ts';
import type { Platform } from '../image/platform.ts';
import { withRead } from '../image/read-layers.ts';
import { isImageArchive } from '../image/recognition.ts';
import { type Input, placeInput } from '../inputs/input.ts';
import { seekable } from '../inputs/seekable.ts';
import { type ImageReport, imageReport } from './image-report.ts';
import { type LayerReport, reportLayer } from './layer-report.ts';
import { surveying } from './survey.ts';

/** What is inspected: an image, or a layer that has been read. */
export type Subject =
  | { readonly kind: 'image'; readonly input: Input; close(): Promise<void> }
  | { readonly kind: 'layer'; readonly place: Place; readonly report: LayerReport; close(): Promise<void> };

/** Tells an image from a layer by what is in it. */
export async function subjectOf(input: Input): Promise<Subject> {
  if (input.directory !== undefined) return { kind: 'image', input, close: () => Promise.resolve() };
  // An image is told from a layer by names that may come last, and its files are looked up by their names.
  const { places, close } = await seekable([input], 'as it is');
  const place = places[0]!;
  try {
    // The headers of a compressed one can be had only by reading all of it.
    const isImage = compressionAt(place) === 'none' && isImageArchive(place);
    const report = isImage ? undefined : await reportLayer(place);
    if (report === undefined || report.isImage) return { kind: 'image', input: placeInput(place), close };
    return { kind: 'layer', place, report, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Reads an image, all of it, and tells what is inside. What does not agree in it is an InputError. */
export function reportImage(input: Input, platform: Platform | undefined): Promise<ImageReport> {
  return withRead(input, platform, surveying, imageReport);
}
