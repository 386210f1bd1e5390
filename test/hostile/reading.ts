import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Fact } from './case.ts';

/* A plain reader of what squash writes, ustar with PAX records, which shares nothing with the program. */

export interface Read extends Fact {
  readonly name: string;
  readonly records: ReadonlyMap<string, string>;
}

const types: Readonly<Record<string, string>> = {
  '0': 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
};
/** Of larger files the content is not kept. */
const SMALL = 64 * 1024;

export function readLayer(path: string): Read[] {
  const fd = openSync(path, 'r');
  const { size } = statSync(path);
  let at = 0;
  const take = (length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    if (readSync(fd, bytes, 0, length, at) < length) throw new Error(`the output is cut off at ${at}`);
    at += length;
    return bytes;
  };
  const entries: Read[] = [];
  let records = new Map<string, string>();
  try {
    while (at < size) {
      const block = take(512);
      if (block.every((byte) => byte === 0)) return entries;
      const text = (offset: number, length: number) =>
        block.toString('latin1', offset, offset + length).replace(/\0.*$/s, '');
      const number = (offset: number, length: number) => Number.parseInt(text(offset, length).trim() || '0', 8);
      const flag = text(156, 1) || '0';
      const length = Number(records.get('size') ?? number(124, 12));
      const filled = Math.ceil(length / 512) * 512;
      if (flag === 'x') {
        records = recordsOf(take(filled).toString('latin1', 0, length));
        continue;
      }
      const type = types[flag];
      if (type === undefined) throw new Error(`the output has an entry of the type ${JSON.stringify(flag)}`);
      const name = records.get('path') ?? [text(345, 155), text(0, 100)].filter((part) => part !== '').join('/');
      let content = '';
      if (length <= SMALL) content = take(filled).toString('latin1', 0, length);
      else at += filled;
      entries.push({
        name,
        type,
        size: length,
        mode: number(100, 8),
        uid: Number(records.get('uid') ?? number(108, 8)),
        gid: Number(records.get('gid') ?? number(116, 8)),
        mtime: records.get('mtime') ?? String(number(136, 12)),
        target: records.get('linkpath') ?? text(157, 100),
        content,
        record: '',
        records,
      });
      records = new Map();
    }
  } finally {
    closeSync(fd);
  }
  throw new Error('the output has no end');
}

function recordsOf(text: string): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < text.length; ) {
    const length = Number.parseInt(text.slice(at, at + 10), 10);
    const record = text.slice(at, at + length - 1);
    const equals = record.indexOf('=');
    records.set(record.slice(record.indexOf(' ') + 1, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

/** What of a result is not so. */
export function differences(entry: Read, facts: Partial<Fact>): string[] {
  return Object.entries(facts).flatMap(([key, wanted]) => {
    const found = key === 'record' ? recordIn(entry, String(wanted)) : entry[key as keyof Fact];
    return found === wanted ? [] : [`${entry.name}: ${key} is ${shown(found)}, not ${shown(wanted)}`];
  });
}

function recordIn({ records }: Read, wanted: string): string {
  const key = wanted.slice(0, wanted.indexOf('='));
  return `${key}=${records.get(key) ?? '(none)'}`;
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 200);
}
