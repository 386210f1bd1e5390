import { InputError } from '../errors.ts';
import type { Raw } from '../image/image.ts';
import type { Contents } from './contents.ts';
import type { Sender, Sent } from './uploader.ts';

/** An image whose layers are in the registry and agree with its config: what is still to be put, in this order. */
export interface Ready {
  /** Configs. */
  readonly documents: readonly Buffer[];
  /** Manifests, and indexes after those that they list; the last is the one that the tag is for. */
  readonly manifests: readonly [...Raw[], Raw];
}

/** Sends files of an archive, several at once where that can be. When one fails nothing of it goes on behind. */
export async function sendAll(contents: Contents, paths: readonly string[], sender: Sender): Promise<Sent[]> {
  const work = paths.map(async (path) => (await contents.blob(path)) ?? missing(contents, path));
  try {
    return await Promise.all(work);
  } catch (error) {
    sender.repository.close();
    await Promise.allSettled(work);
    throw error;
  }
}

export async function documentAt(contents: Contents, path: string): Promise<Buffer> {
  return (await contents.document(path)) ?? missing(contents, path);
}

export function missing({ name }: Contents, path: string): never {
  throw new InputError(name, `names ${path}, which is missing in it`);
}
