import { allocate, lend } from '../memory/loans.ts';
import { type Flow, flow } from '../streams/flow.ts';

/** Bytes that are written at once: a buffer for each line would outlive the line, and cost a system call. */
const GATHERED = 64 * 1024;

/** A line, or some, about each object; on a terminal they are seen as they come. */
export function lines<In>(about: (object: In) => string): Flow<In, Buffer> {
  const isSeen = process.stdout.isTTY;
  return flow<In, Buffer>(
    async function* (objects) {
      let chunk = allocate(GATHERED);
      let filled = 0;
      const gathered = (): Buffer => {
        const bytes = lend(chunk, filled);
        chunk = allocate(GATHERED);
        filled = 0;
        return bytes;
      };
      for await (const object of objects) {
        const text = about(object);
        const size = Buffer.byteLength(text);
        if (filled > 0 && size > GATHERED - filled) yield gathered();
        if (size > GATHERED) yield Buffer.from(text);
        else filled += chunk.write(text, filled);
        if (isSeen && filled > 0) yield gathered();
      }
      if (filled > 0) yield gathered();
    },
    { from: 'objects', to: 'bytes' },
  );
}
