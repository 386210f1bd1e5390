import { DOCUMENTS_LIMIT } from '../bytes/limits.ts';
import { InputError } from '../errors.ts';

/**
 * The files of an image, wherever it is: in an archive that can be read at any time or that flows by, in a layout
 * directory, in a registry.
 */
export interface ImageSource<Blob> {
  /** What it is called in errors. */
  readonly name: string;
  /**
   * A small file: a manifest, an index, a config. Undefined where there is none of that path, or where it is no JSON.
   * One larger than JSON_LIMIT is an InputError.
   */
  document(path: string): Promise<Buffer | undefined>;
  /** A file of any size, which is a layer mostly; undefined where there is none of that path. */
  blob(path: string): Promise<Blob | undefined>;
  has(path: string): Promise<boolean>;
  close(): Promise<void>;
}

/** What an image archive has at its top: an OCI layout its index, a docker archive its manifest. */
export interface Entrance {
  readonly format: 'layout' | 'docker';
  /** index.json or manifest.json. */
  readonly file: Buffer;
}

/**
 * Finds out the format of an image. What is none is an InputError.
 *
 * @param preferred of an archive that is both
 */
export async function entranceOf(source: ImageSource<unknown>, preferred: Entrance['format']): Promise<Entrance> {
  const index = await source.document('index.json');
  const manifest = preferred === 'docker' || index === undefined ? await source.document('manifest.json') : undefined;
  if (manifest) return { format: 'docker', file: manifest };
  if (index) return { format: 'layout', file: index };
  const hint = 'an image is a docker archive, an OCI archive or an OCI layout directory; layertool image makes one';
  throw new InputError(source.name, 'is not an image: it has no index.json and no manifest.json', hint);
}

/** The same source, whose documents may have so many bytes together: many of them are kept. */
export function withFewDocuments<B>(source: ImageSource<B>): ImageSource<B> {
  let size = 0;
  return {
    ...source,
    async document(path) {
      const document = await source.document(path);
      size += document?.length ?? 0;
      if (size > DOCUMENTS_LIMIT) {
        throw new InputError(source.name, `has more than ${DOCUMENTS_LIMIT} bytes of manifests and configs`);
      }
      return document;
    },
  };
}

/** The same source, whose blobs become something else, each once, so many at a time. When one fails no other begins. */
export function withBlobs<A extends object, B>(
  source: ImageSource<A>,
  make: (blob: A, path: string) => Promise<B>,
  { key = (blob) => blob, atOnce = 1 }: { key?: (blob: A) => unknown; atOnce?: number } = {},
): ImageSource<B> {
  const results = new Map<unknown, Promise<B>>();
  const turn = turns(atOnce);
  return {
    ...source,
    async blob(path) {
      const blob = await source.blob(path);
      if (blob === undefined) return undefined;
      const result = results.get(key(blob)) ?? turn(() => make(blob, path));
      results.set(key(blob), result);
      return result;
    },
  };
}

/** All blobs of some paths, in their order. That one is missing is an InputError; nothing goes on behind it. */
export async function blobsAt<B>(source: ImageSource<B>, paths: readonly string[]): Promise<B[]> {
  const work = paths.map(async (path) => (await source.blob(path)) ?? lacks(source, path, 'a layer'));
  try {
    return await Promise.all(work);
  } catch (error) {
    await Promise.allSettled(work);
    throw error;
  }
}

/** The document of a path; that there is none is an InputError. */
export async function documentAt(source: ImageSource<unknown>, path: string): Promise<Buffer> {
  return (await source.document(path)) ?? lacks(source, path, 'JSON');
}

async function lacks(source: ImageSource<unknown>, path: string, wanted: string): Promise<never> {
  const isThere = await source.has(path);
  throw new InputError(source.name, `names ${path}, which is ${isThere ? `not ${wanted}` : 'missing in it'}`);
}

/** Lets so many pieces of work go on at a time, the others in turn after them; none begins after one has failed. */
function turns(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = count;
  let failure: unknown;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      if (failure !== undefined) throw failure;
      return await work();
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
