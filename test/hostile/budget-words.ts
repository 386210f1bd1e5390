import { block, END, GNU, long, pax } from '../tar/blocks.ts';
import { type Bytes, refused } from './case.ts';

/* Parts of layers that come again and again. */

export const many = (count: number, make: (at: number) => Buffer): (() => Bytes) =>
  function* () {
    for (let at = 0; at < count; at++) yield make(at);
    yield END;
  };

export const x = block({ name: 'x' });

export const tooMany = refused(/1 MiB|too many|extended|header|long/);

export const comment = pax([['comment', 'z'.repeat(1_000_000)]]);

export const noise = 'y'.repeat(1_000_000);

export const slashes = (count: number) => `${'/'.repeat(count)}x`;

export const link = (name: string, target: string) =>
  Buffer.concat([long('K', target), block({ name, flag: '2', magic: GNU })]);

export const deepPath = 'd/'.repeat(1000);

export const deep = (name: string, fields = {}) => Buffer.concat([long('L', name), block({ magic: GNU, ...fields })]);
