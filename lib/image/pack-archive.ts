import { type Pack, pack } from 'tar-stream';
import { contentOf } from '../entries/body.ts';
import type { Entry } from '../entries/entry.ts';
import { type Flow, flow } from '../streams/flow.ts';
import { pump } from '../streams/pump.ts';
import { byteSource } from '../streams/source.ts';

/** The entries of an image archive in, its bytes out. Names there are plain and bodies big: tar-stream's best side. */
export function packArchive(): Flow<Entry, Buffer> {
  return flow<Entry, Buffer>(
    async function* (entries) {
      const archive = pack();
      const filled = fill(archive, entries);
      // A failure reaches the reader of the archive.
      filled.catch((error: Error) => archive.destroy(error));
      try {
        yield* archive as AsyncIterable<Buffer>;
      } catch (error) {
        // Of what broke an entry the archive knows only that it did.
        await filled;
        throw error;
      }
      await filled;
    },
    { from: 'objects', to: 'bytes' },
  );
}

async function fill(archive: Pack, entries: AsyncIterable<Entry>): Promise<void> {
  for await (const { header, body } of entries) {
    const { name, size, mode, mtime } = header;
    const written = new Promise<void>((resolve, reject) => {
      const entry = archive.entry({ name, size, mode, mtime: new Date(mtime * 1000) }, (error) => {
        // That too little came says less than why.
        if (error) pumped.then(() => reject(error), reject);
        else resolve();
      });
      const pumped = pump(byteSource(contentOf(body)), entry);
      pumped.catch(reject);
    });
    await written;
  }
  archive.finalize();
}
