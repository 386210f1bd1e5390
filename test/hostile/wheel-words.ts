import { type Case, refused, taken } from './case.ts';
import { type Member, type RecordRow, TAGS, type WheelShape, wheel } from './zips.ts';

/* Wheels of the project `demo`, and what they are refused for. */

export const packages = 'usr/local/lib/python3.12/site-packages';

export const init = 'demo/__init__.py';

export const of = (said: WheelShape) => () => wheel(said);

export const data = (name: string, more: Partial<Member> = {}) => of({ files: [{ name, content: 'x', ...more }] });

export const points = (text: string) => of({ points: text });

export const script = (line: string) => points(`[console_scripts]\n${line}\n`);

export const rows = (change: (row: RecordRow) => RecordRow | undefined) =>
  of({
    record: (list) =>
      list.flatMap((row) => {
        const changed = row[0] === init ? change(row) : row;
        return changed === undefined ? [] : [changed];
      }),
  });

export const tagged = (tag: string) => of({ wheel: TAGS.replace('py3-none-any', tag) });

export const metadata = (lines: string) =>
  of({ metadata: `Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n${lines}\n` });

export const good = taken({ has: [`${packages}/${init}`] });

export const leaves = refused(/leaves|folder|\.\./);

export const record = refused(/RECORD/);

export const other = { 'wheel from pipe': taken() } as const;

/** A file name that pip would take, where the case has no other. */
export const named = (list: readonly Case[]): Case[] =>
  list.map((one) => ({ fileName: 'demo-1.0-py3-none-any.whl', ...one }));
