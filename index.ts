/*
 * The sources, transforms and sinks of layertool, to compose with `pump`:
 *
 *   await pump(createReadStream('layer.tar'), unpack('layer.tar'), clampTimes(0), pack(), createWriteStream('out.tar'));
 */
export { type DirectoryOptions, directoryEntries } from './lib/directory/entries.ts';
export { excluding } from './lib/directory/exclude.ts';
export type { Body, Entry, EntryType, Header } from './lib/entries/entry.ts';
export { header, withHeader } from './lib/entries/entry.ts';
export { FormatError, InputError, UsageError } from './lib/errors.ts';
export { type Blobs, blobs } from './lib/image/blob.ts';
export type { Image, Index, Stored } from './lib/image/image.ts';
export { openBase } from './lib/image/open.ts';
export { packArchive } from './lib/image/pack-archive.ts';
export type { Platform } from './lib/image/platform.ts';
export { parseReference, parseTag, type Reference, type Tagged } from './lib/image/reference.ts';
export { type Root, rootOf, type Standing } from './lib/image/filesystem.ts';
export { type Input, openInputs } from './lib/inputs/input.ts';
export type { Place } from './lib/bytes/place.ts';
export { pump } from './lib/streams/pump.ts';
export { type Pushing, push } from './lib/push/push.ts';
export { findPython } from './lib/python/find.ts';
export { readPlatformFile, writePlatformFile } from './lib/python/platform-file.ts';
export { officialTarget, parseVersion, type Target } from './lib/python/target.ts';
export { openWheel, type Wheel } from './lib/python/wheel.ts';
export type { Credentials } from './lib/registry/credentials.ts';
export { pullImage, pullIndex } from './lib/registry/pull.ts';
export { type Opening, openRepository, type Repository } from './lib/registry/repository.ts';
export type { Moving, Watch } from './lib/registry/watch.ts';
export { pack } from './lib/tar/pack.ts';
export { unpack, unpackPlace } from './lib/tar/unpack.ts';
export { type Archiving, archiveImage } from './transforms/archive-image.ts';
export { archiveIndex } from './transforms/archive-index.ts';
export { chown } from './transforms/chown.ts';
export { clampTimes } from './transforms/clamp-times.ts';
export { dropWhiteouts } from './transforms/drop-whiteouts.ts';
export { installWheel } from './transforms/install-wheel.ts';
export { prefix } from './transforms/prefix.ts';
export { type Layer, squash } from './transforms/squash.ts';
export { type Stacking, stackLayers } from './transforms/stack-layers.ts';
export { storeLayers } from './transforms/store-layers.ts';
