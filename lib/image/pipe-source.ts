import { DOCUMENTS_LIMIT, JSON_LIMIT } from '../bytes/limits.ts';
import { compressionOf } from '../codecs/compression.ts';
import { contentOf, drop } from '../entries/body.ts';
import type { Entry } from '../entries/entry.ts';
import { toText } from '../entries/names.ts';
import { InputError } from '../errors.ts';
import { consume } from '../streams/consume.ts';
import type { Sink } from '../streams/flow.ts';
import { type Lookahead, lookahead } from '../streams/lookahead.ts';
import { BLOCK } from '../tar/block.ts';
import { archiveNames } from './archive-names.ts';
import { isJsonStart, isTarStart } from './recognition.ts';
import type { ImageSource } from './source.ts';

/** What files are called that may be blobs, in the archives of docker, podman, crane, kaniko, jib, bazel and others. */
const blobNames = /^(blobs\/|(sha256:)?[0-9a-f]{64}$)|\.(tar|tgz|tar\.[a-z]+)$/;

/** A blob as it arrives: its bytes can be had once, now. */
export interface ArrivingBlob {
  /** In the archive. */
  readonly path: string;
  readonly size: number;
  /** Its first 512 bytes, or all where it is smaller. */
  readonly head: Buffer;
  /** All of its bytes, the head included. */
  readonly content: Lookahead;
}

/** What is done with the files of an archive that flows by. */
export interface Receiver<Blob> {
  /** Takes a blob, and resolves when all of it is taken. */
  blob(file: ArrivingBlob): Promise<Blob>;
  /** Takes a document that was asked for as a blob: it has been kept. */
  document(bytes: Buffer): Promise<Blob>;
  /** Sees each document as it arrives. */
  see(document: Buffer): void;
}

/**
 * A sink for the entries of an archive that can be read only once, and the source that it becomes when all have been
 * written: blobs are handed on as they arrive, documents are kept until it is known what they are good for.
 */
export function pipeSource<Blob>(
  name: string,
  receiver: Receiver<Blob>,
): { readonly sink: Sink<Entry>; readonly source: ImageSource<Blob> } {
  const files = archiveNames<Buffer | Blob | 'other'>(name);
  const documents = new Map<Buffer, Promise<Blob>>();
  let documentBytes = 0;

  async function receive(entry: Entry): Promise<Buffer | Blob | 'other'> {
    const { header, body } = entry;
    const path = toText(header.name.replace(/^(\.?\/)+/, ''));
    if (header.type !== 'file') return 'other';
    const content = lookahead(contentOf(body));
    const head = await content.ahead(BLOCK);
    const isEntrance = /^(index|manifest)\.json$/.test(path);
    if (isEntrance || isJsonStart(head)) {
      const document = await content.ahead(JSON_LIMIT + 1);
      if (document.length > JSON_LIMIT && !blobNames.test(path)) {
        throw new InputError(`${name}: ${path}`, `is larger than ${JSON_LIMIT} bytes`);
      }
      // One that is larger is a layer of an artifact: a bill of materials, a log.
      if (document.length <= JSON_LIMIT) {
        documentBytes += document.length;
        if (documentBytes > DOCUMENTS_LIMIT)
          throw new InputError(name, `has more than ${DOCUMENTS_LIMIT} bytes of JSON in it`);
        receiver.see(document);
        return document;
      }
    }
    const mayBeBlob = path.startsWith('blobs/') || isTarStart(head) || compressionOf(head) !== 'none';
    if (mayBeBlob) return receiver.blob({ path, size: header.size, head, content });
    drop(entry);
    return 'other';
  }

  const sink = consume<Entry>(async (entries) => {
    for await (const entry of entries) files.add(entry.header, await receive(entry));
  }, 'objects');
  const source: ImageSource<Blob> = {
    name,
    async document(path) {
      const file = files.find(path);
      return Buffer.isBuffer(file) ? file : undefined;
    },
    async blob(path) {
      const file = files.find(path);
      if (file === 'other') return undefined;
      if (!Buffer.isBuffer(file)) return file;
      const blob = documents.get(file) ?? receiver.document(file);
      documents.set(file, blob);
      return blob;
    },
    has: async (path) => files.find(path) !== undefined,
    close: () => Promise.resolve(),
  };
  return { sink, source };
}
