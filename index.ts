/*
 * The front of the library: layers and images in a call each.
 *
 *   await writeLayer(readLayer('layer.tar.gz'), 'plain.tar');
 *   await pushImage(buildImage({ layers: [directoryEntries('site')] }), 'localhost:5000/site:1');
 */

/*
 * The parts, to compose with `pump`, and to write transforms of one's own with:
 *
 *   const upper = mapEach((entry: Entry) => withHeader(entry, { name: entry.header.name.toUpperCase() }));
 *   await pump(createReadStream('in.tar'), unpack('in.tar'), upper, pack(), createWriteStream('out.tar'));
 */
export type { Digest } from './lib/bytes/digest.ts';
export type { Place } from './lib/bytes/place.ts';
export { type Compression, compress, type Decompress, decompress } from './lib/codecs/compression.ts';
export { type DirectoryOptions, directoryEntries } from './lib/directory/entries.ts';
export { contentOf, drop, gather } from './lib/entries/body.ts';
export type { Body, Entry, EntryType, Header } from './lib/entries/entry.ts';
export { header, withHeader } from './lib/entries/entry.ts';
export { excluding, type Globs, globs } from './lib/entries/globs.ts';
export { type ModeChange, parseModeChange } from './lib/entries/mode.ts';
export { fromText, toText } from './lib/entries/names.ts';
export { FormatError, InputError, UsageError } from './lib/errors.ts';
export {
  type BuildImageOptions,
  buildImage,
  type ImageFile,
  type ImageLayer,
  type OpenImageOptions,
  openImage,
} from './lib/front/image.ts';
export type { Bytes } from './lib/front/input.ts';
export { readLayer, type WrittenLayer, writeLayer } from './lib/front/layer.ts';
export {
  type PullImageOptions,
  type PushImageOptions,
  pullImage,
  pushImage,
  type RegistryOptions,
} from './lib/front/registry.ts';
export type { BlobProgress, Watch } from './lib/http/progress.ts';
export type { ConfigChange, Healthcheck } from './lib/image/config.ts';
export type { FoundFile } from './lib/image/filesystem.ts';
export type { Json, JsonObject } from './lib/image/json.ts';
export type { Dialect } from './lib/image/manifest.ts';
export type { Platform } from './lib/image/platform.ts';
export { parseReference, type Reference } from './lib/image/reference.ts';
export { findPython, type PythonChoice } from './lib/python/find.ts';
export type { Compiler, InstalledFile } from './lib/python/install.ts';
export { readPlatformFile, writePlatformFile } from './lib/python/platform-file.ts';
export { officialTarget, type Target } from './lib/python/target.ts';
export { openWheel, type Wheel } from './lib/python/wheel.ts';
export type { Credentials } from './lib/registry/credentials.ts';
export type { Layer } from './lib/stack/stack.ts';
export { type Flow, flow, type Sink, type Source } from './lib/streams/flow.ts';
export { mapEach } from './lib/streams/map-each.ts';
export { pump } from './lib/streams/pump.ts';
export { byteSource, source } from './lib/streams/source.ts';
export { pack } from './lib/tar/pack.ts';
export { unpack, unpackPlace } from './lib/tar/unpack.ts';
export { chmod } from './transforms/chmod.ts';
export { chown } from './transforms/chown.ts';
export { clampTimes } from './transforms/clamp-times.ts';
export { deleting } from './transforms/delete.ts';
export { dropWhiteouts } from './transforms/drop-whiteouts.ts';
export { installWheel } from './transforms/install-wheel.ts';
export { keep } from './transforms/keep.ts';
export { opaque } from './transforms/opaque.ts';
export { prefix } from './transforms/prefix.ts';
export { rename } from './transforms/rename.ts';
export { squash } from './transforms/squash.ts';
export { whiteout } from './transforms/whiteout.ts';
