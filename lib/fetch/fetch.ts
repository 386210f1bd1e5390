import { closeFile } from '../bytes/descriptor.ts';
import { chunksOf, type Place } from '../bytes/place.ts';
import { spill } from '../bytes/spill.ts';
import { InputError } from '../errors.ts';
import { type Exchange, exchange } from '../http/exchange.ts';
import { unwatched, type Watch } from '../http/progress.ts';
import { PAUSES, type Pauses } from '../http/retry.ts';
import { giveBack } from '../memory/loans.ts';
import { type Cache, openCache } from './cache.ts';
import { download, isSafe, type Line } from './download.ts';
import { checkOf, type Proof } from './hashes.ts';
import { readNetrc } from './netrc.ts';

/** A file that is wanted, and how it is known. */
export interface Wanted extends Proof {
  /** What it is called in errors. */
  readonly name: string;
  /** What it is called where it is told that it comes. */
  readonly title: string;
  readonly url: string;
}

/** A file that is there, and what was found to be its sha256, hexadecimal. */
export interface Fetched {
  readonly place: Place;
  readonly sha256: string;
}

/** Brings files. */
export interface Fetcher {
  /** Brings one: from the cache, or by its URL. That it cannot be had, or is another, is an InputError. */
  fetch(wanted: Wanted): Promise<Fetched>;
  /** Ends all that is under way, and closes the files. */
  close(): Promise<void>;
}

export interface FetcherOptions {
  /** The folder of the cache; without it, files are kept nowhere. */
  readonly cache: string | undefined;
  readonly watch?: Watch;
  readonly pauses?: Pauses;
}

/** Makes what brings files by https, and plainly from this machine alone. */
export function fetcher({ cache: folder, watch = unwatched, pauses = PAUSES }: FetcherOptions): Fetcher {
  const cache = folder === undefined ? undefined : openCache(folder);
  const opened = new Set<number>();
  let line: Promise<Line & { exchange: Exchange }> | undefined;

  async function makeLine(): Promise<Line & { exchange: Exchange }> {
    const netrc = await readNetrc();
    return { exchange: exchange(), netrc, pauses, retrying: (failure, pause) => watch.again(failure.message, pause) };
  }

  async function cached(wanted: Wanted): Promise<Fetched | undefined> {
    for (const hash of wanted.hashes) {
      const place = await cache?.open(hash, wanted.name);
      if (place === undefined) continue;
      opened.add(place.fd);
      try {
        return { place, sha256: await verified(place, wanted) };
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        // What was damaged there is brought anew, and takes its place.
      }
    }
    return undefined;
  }

  async function brought(wanted: Wanted): Promise<Fetched> {
    const { name, title, hashes, size } = wanted;
    const url = parsed(wanted);
    line ??= makeLine();
    const store = await keeper(cache, wanted);
    const progress = watch.blob(title, size);
    const check = checkOf(name, wanted);
    try {
      for await (const chunk of download(await line, url)) {
        check.add(chunk);
        progress.moved(chunk.length);
        await store.add(chunk);
      }
      const sha256 = check.end();
      const place = await store.keep();
      if (hashes.length > 0) progress.done(`sha256:${sha256}`, place.size, 'downloaded');
      return { place, sha256 };
    } catch (error) {
      await store.drop();
      if (error instanceof InputError && error.input !== name) {
        throw new InputError(name, `cannot be brought: ${error.message}`, error.hint, { cause: error });
      }
      throw error;
    }
  }

  /** A file of the cache, or a spill: a zip's directory stands at its end. */
  async function keeper(store: Cache | undefined, { name, hashes }: Wanted) {
    const [hash] = hashes;
    if (store === undefined || hash === undefined) {
      const file = await spill(name);
      return { add: file.add, keep: () => file.place(0, file.size()), drop: file.close };
    }
    const file = await store.begin(name);
    const keep = async (): Promise<Place> => {
      const place = await file.keep(hash);
      opened.add(place.fd);
      return place;
    };
    return { add: file.add, keep, drop: file.drop };
  }

  return {
    fetch: async (wanted) => (await cached(wanted)) ?? (await brought(wanted)),
    async close() {
      // Why there is no line has been told to whoever wanted it.
      (await line?.catch(() => undefined))?.exchange.close();
      await Promise.all([...opened].map((fd) => closeFile(fd)));
      await cache?.close();
    },
  };
}

function parsed({ name, url }: Wanted): URL {
  if (!URL.canParse(url)) throw new InputError(name, `has no good URL: ${url}`);
  const address = new URL(url);
  if (isSafe(address)) return address;
  const plain = address.protocol === 'http:';
  const problem = plain
    ? `is not brought without TLS, from ${address.host}`
    : `is not brought by ${address.protocol}//`;
  throw new InputError(name, problem, plain ? 'an index by https, or a file' : undefined);
}

/** Reads a file that is there, and checks it; returns its sha256, hexadecimal. */
export async function verified(place: Place, proof: Proof): Promise<string> {
  const check = checkOf(place.name, proof);
  for await (const chunk of chunksOf(place)) {
    check.add(chunk);
    giveBack(chunk);
  }
  return check.end();
}
