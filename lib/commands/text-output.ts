import { Writable } from 'node:stream';
import { isatty } from 'node:tty';
import { openOutput } from '../outputs/output.ts';

/** The sink of a command that writes text, which a terminal may have. */
export async function openText(path: string | undefined): Promise<Writable> {
  if (path !== undefined || !isatty(1)) return openOutput(path);
  return new Writable({
    write(chunk: Buffer, _encoding, callback) {
      process.stdout.write(chunk, callback);
    },
  });
}
