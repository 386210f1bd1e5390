/*
 * The sources, transforms and sinks of layertool, to compose with `pump`:
 *
 *   await pump(createReadStream('layer.tar'), unpack('layer.tar'), clampTimes(0), pack(), createWriteStream('out.tar'));
 */
export type { Body, Entry, EntryType, Header } from './lib/entry.ts';
export { header, withHeader } from './lib/entry.ts';
export { FormatError, InputError, UsageError } from './lib/errors.ts';
export type { Place } from './lib/place.ts';
export { pump } from './lib/pump.ts';
export { pack } from './lib/tar/pack.ts';
export { unpack, unpackPlace } from './lib/tar/unpack.ts';
export { clampTimes } from './transforms/clamp-times.ts';
export { dropWhiteouts } from './transforms/drop-whiteouts.ts';
export { type Layer, squash } from './transforms/squash.ts';
