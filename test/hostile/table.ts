import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { dirname, join } from 'node:path';
import type { Bytes, Case } from './case.ts';
import { type Around, type Command, commands, type Form } from './commands.ts';
import { corpus } from './corpus.ts';
import { asGzip, asZstd } from './frames.ts';
import { docker, one, packed } from './images.ts';
import { complaints, mustOf } from './judge.ts';
import { DISK, type Run, run } from './process.ts';
import { uploads } from './replies.ts';
import { wheel } from './zips.ts';

/* The table: every command on every case that can reach it, in every form in which the input may come. */

export interface Failure {
  readonly one: Case;
  readonly command: string;
  readonly form: Form;
  readonly line: string;
  readonly wrong: readonly string[];
}

/** What all cases share; it is in a folder that whoever makes it removes. */
export async function around(folder: string): Promise<Around & { close(): void }> {
  const props = join(folder, 'props');
  mkdirSync(props);
  writeFileSync(join(props, 'demo-1.0-py3-none-any.whl'), wheel());
  writeFileSync(join(props, 'good.tar'), packed(docker([one])));
  writeFileSync(join(props, 'layer.tar'), one);
  const { host, close } = await listening(uploads());
  return { props, registry: host, close };
}

async function listening(listener: RequestListener): Promise<{ host: string; close(): void }> {
  const server = createServer(listener);
  server.on('checkContinue', listener);
  // What a broken client does is no concern of the server's.
  server.on('clientError', (_, socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { host: `127.0.0.1:${address.port}`, close };
}

export function write(path: string, content: Bytes): void {
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'w');
  try {
    for (const chunk of Buffer.isBuffer(content) ? [content] : content) {
      for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
    }
  } finally {
    closeSync(fd);
  }
}

/** Above this, a layer is not compressed once more for its other forms. */
const COMPRESSED = { gzip: 80 * 1024 * 1024, zstd: 2 * 1024 * 1024 };

/** Runs all commands on a case, and tells what was wrong. */
export async function judged(one: Case, folder: string, given: Around, only?: RegExp): Promise<Failure[]> {
  const place = mkdtempSync(join(folder, 'case-'));
  const failures: Failure[] = [];
  const server = one.serve ? await listening(one.serve()) : undefined;
  try {
    const path = join(place, 'input', one.fileName ?? 'input');
    mkdirSync(join(place, 'input'));
    if (one.file) write(path, one.file());
    if (one.folder) {
      mkdirSync(path);
      one.folder(path);
    }
    const size = one.file ? statSync(path).size : 0;
    const before = readdirSync(join(place, 'input')).join();
    for (const command of commands) {
      if (!command.kinds.includes(one.kind) || (only && !only.test(command.name))) continue;
      let digest: string | undefined;
      for (const form of formsOf(one, command)) {
        const must = mustOf(one, command, form);
        if (must === 'skip') continue;
        const input = server?.host ?? inputOf(path, form, one, size);
        if (input === undefined) continue;
        const told = form === 'pipe' ? 'standard input' : input;
        const asked = {
          folder: join(place, `run-${command.name.replaceAll(' ', '')}-${form}`),
          words: command.words(form === 'pipe' ? '-' : input, given),
          ...(form === 'pipe' && { piped: path }),
          toFile: form !== 'pipe',
          ...(command.env && { env: command.env }),
          ...(one.discard && { discard: true }),
          fileSize: Math.max(size, one.honest ?? 0) + DISK,
        };
        const done = outcome(command, await run(asked));
        const wrong = await complaints(one, command, form, must, told, done);
        const same = sameBytes(one, command, done, digest);
        if (same !== undefined) wrong.push(same);
        if (done.status === 0) digest ??= done.digest;
        if (
          readdirSync(join(place, 'input')).some(
            (name) => !before.split(',').includes(name) && !name.endsWith('.packed'),
          )
        ) {
          wrong.push('left something beside its input');
        }
        if (wrong.length > 0)
          failures.push({ one, command: command.name, form, line: `layertool ${done.words.join(' ')}`, wrong });
        rmSync(asked.folder, { recursive: true, force: true });
      }
    }
  } finally {
    server?.close();
    rmSync(place, { recursive: true, force: true });
  }
  return failures;
}

/** What differs was compared all the same. */
function outcome({ compares }: Command, done: Run): Run {
  if (!compares || typeof done.status !== 'number') return done;
  return { ...done, status: done.status === 1 ? 0 : done.status === 2 ? 1 : done.status };
}

/** Every form of every case would take a quarter of an hour; without this they take turns. */
const everything = process.env.LAYERTOOL_FORMS === 'all';

/**
 * The forms in which a command meets a case. They take turns from case to case; of what is taken, every third case
 * comes to squash in two forms that are compared, and every sixth to the others.
 */
function formsOf(one: Case, command: Command): readonly Form[] {
  const turn = corpus.indexOf(one);
  const isWhole = command.half === undefined || (command.name === 'inspect' && one.kind !== 'layer');
  if (!everything && !isWhole && command.half !== turn % 2) return [];
  // The same documents come as archives and as directories, or in two places: each command meets one of both.
  const isTwice = /^(oci: (lists|blobs) of|json: (configs|indexes))/.test(one.group);
  const isOther = /(directories|indexes)$/.test(one.group);
  if (!everything && isTwice && isOther === ((commands.indexOf(command) + one.name.length) % 2 === 0)) return [];
  // What is no file comes in one form.
  if (one.folder || one.serve) return ['file'];
  // What is compressed already is not compressed again.
  const isCompressed = /^(gzip|zstd):|in gzip/.test(`${one.group}: ${one.name}`);
  const forms = isCompressed ? command.forms.filter((form) => form === 'file' || form === 'pipe') : command.forms;
  if (everything) return forms;
  const must = mustOf(one, command, 'file');
  const isTaken = must !== 'skip' && must.kind !== 'refused';
  const [first = 'file', ...others] = forms;
  const isCompared = isTaken && others.length > 0 && turn % (command.name === 'squash' ? 3 : 6) === 0;
  if (isCompared) return [first, others[Math.floor(turn / 3) % others.length]!];
  // What squash makes is looked at more closely where it is a file.
  return isTaken && command.name === 'squash' ? [first] : [forms[turn % forms.length]!];
}

/** The path that a form is given by; undefined where the input is too large to be compressed once more. */
function inputOf(path: string, form: Form, one: Case, size: number): string | undefined {
  if (form === 'file' || form === 'pipe' || !one.file) return path;
  if (size > COMPRESSED[form]) return undefined;
  const packed = `${path}.${form}.packed`;
  write(packed, form === 'gzip' ? asGzip(one.file()) : asZstd(one.file()));
  return packed;
}

/** Whatever a layer comes through, squash makes the same of it; and the others at least of file and pipe. */
function sameBytes(
  one: Case,
  command: Command,
  { status, digest }: Run,
  first: string | undefined,
): string | undefined {
  if (status !== 0 || first === undefined || one.discard || command.name === 'push') return undefined;
  if (digest === first) return undefined;
  return command.makes === 'text' ? undefined : 'makes other bytes than of the file';
}
