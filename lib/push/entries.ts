import { type Duplex, Readable } from 'node:stream';
import { contentOf, drop } from '../entries/body.ts';
import { compressionOf } from '../codecs/compression.ts';
import type { Entry } from '../entries/entry.ts';
import { InputError } from '../errors.ts';
import { flow } from '../streams/flow.ts';
import { names } from '../image/archive-names.ts';
import { JSON_LIMIT } from '../image/json.ts';
import { toText } from '../entries/names.ts';
import type { Contents } from './contents.ts';
import type { Origins } from './origins.ts';
import { peek } from '../streams/lookahead.ts';
import { type Sender, type Sent, sentBytes } from './uploader.ts';
import { digestInName, HEAD, isJson, isTar } from './blob-file.ts';

/** All manifests, configs and the like of an archive together may have so many bytes. */
const DOCUMENTS_LIMIT = 8 * JSON_LIMIT;

/** What files are called that may be blobs, in the archives of docker, podman, crane, kaniko, jib, bazel and others. */
const blobNames = /^(blobs\/|(sha256:)?[0-9a-f]{64}$)|\.(tar|tgz|tar\.[a-z]+)$/;

/**
 * A sink for the entries of an archive, which may come from a pipe: each blob goes up as it arrives, since it cannot be
 * had again, and small files are kept until it is known what they are good for.
 */
export function receive(name: string, sender: Sender, origins: Origins): { stream: Duplex; contents: Contents } {
  const files = names<Buffer | Sent | undefined>(name);
  let kept = 0;

  async function take(entry: Entry): Promise<Buffer | Sent | undefined> {
    const { header, body } = entry;
    const path = toText(header.name.replace(/^(\.?\/)+/, ''));
    if (header.type !== 'file') return undefined;
    const peeked = peek(contentOf(body));
    const head = await peeked.ahead(HEAD);
    if (isJson(head)) {
      const document = await peeked.ahead(JSON_LIMIT + 1);
      // One that is larger is a layer of an artifact: a bill of materials, a log.
      if (document.length <= JSON_LIMIT) {
        kept += document.length;
        if (kept > DOCUMENTS_LIMIT) throw new InputError(name, `has more than ${DOCUMENTS_LIMIT} bytes of JSON in it`);
        origins.see(document);
        return document;
      }
    }
    const isBlob = blobNames.test(path) && (path.startsWith('blobs/') || isTar(head) || compressionOf(head) !== 'none');
    if (!isBlob) {
      drop(entry);
      return undefined;
    }
    return sender.file({
      name: `${name}: ${path}`,
      size: header.size,
      told: digestInName(path),
      head,
      bytes: () => Readable.from(peeked.bytes(), { objectMode: false, highWaterMark: 1 }),
      again: false,
    });
  }

  const stream = flow<Entry, never>(
    // biome-ignore lint/correctness/useYield: what comes in goes up
    async function* (entries) {
      for await (const entry of entries) files.add(entry.header, await take(entry));
    },
    { from: 'objects', to: 'bytes' },
  );

  const sent = new Map<Buffer, Sent>();
  return {
    stream,
    contents: {
      name,
      async document(path) {
        const file = files.find(path);
        return Buffer.isBuffer(file) ? file : undefined;
      },
      has: async (path) => files.find(path) !== undefined,
      async blob(path) {
        const file = files.find(path);
        if (!Buffer.isBuffer(file)) return file;
        const known = sent.get(file) ?? (await sentBytes(sender, file));
        sent.set(file, known);
        return known;
      },
    },
  };
}
