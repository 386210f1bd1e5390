import type { Input } from '../inputs/input.ts';
import { type Seekable, seekable } from '../inputs/seekable.ts';
import { type Attachment, readAttachment } from './attachment.ts';

/** A file that is to be attached, and its media type, where that was given. */
export interface AttachedFile {
  readonly file: Input;
  readonly type: string | undefined;
}

/** Attachments that are being read. */
export interface ReadingAttachments {
  /** Resolves when the files are read: what is wrong with one is known before anything is sent. Pipes may take longer. */
  readonly files: Promise<void>;
  /** All of them, in their order. */
  readonly all: Promise<Attachment[]>;
  /** Ends the reading, and frees the temporary files. */
  close(): Promise<void>;
}

/**
 * Reads what is to be attached. Pipes are read while the image goes up: a bill of materials may be made of the very image
 * that is pushed.
 */
export function readAttachments(attached: readonly AttachedFile[]): ReadingAttachments {
  const opened = attached.map(({ file }) => seekable([file], 'as it is'));
  const read = async (source: Promise<Seekable>, type: string | undefined): Promise<Attachment> => {
    return readAttachment((await source).places[0]!, type);
  };
  const reading = attached.map(({ type }, at) => read(opened[at]!, type));
  const files = Promise.all(reading.filter((_, at) => attached[at]!.file.place !== undefined)).then(() => {});
  const all = Promise.all(reading);
  // Whoever waits for them meets their errors.
  for (const promise of [files, all]) promise.catch(() => {});
  return {
    files,
    all,
    async close() {
      await Promise.all(attached.map(({ file }) => file.close()));
      await Promise.allSettled(reading);
      for (const source of await Promise.allSettled(opened)) {
        if (source.status === 'fulfilled') await source.value.close();
      }
    },
  };
}
