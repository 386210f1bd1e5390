import { refused, taken } from './case.ts';
import { type Member, type Shape, wheel } from './zips.ts';

/* Wheels whose zip archive is changed in one place. */

export const init = 'demo/__init__.py';

export const shaped = (shape: Shape) => () => wheel({ shape });

/** A wheel whose first member is another. */
export const first = (change: Partial<Member>) => () =>
  wheel({ members: ([one, ...rest]) => [{ ...one!, ...change }, ...rest] });

export const more =
  (...members: Member[]) =>
  () =>
    wheel({ members: (list) => [...list, ...members] });

export const end = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

export const bad = refused(
  /zip|wheel|RECORD|name|CRC|size|directory|member|damaged|overlap|twice|encrypted|method|cut off|header/,
);

export const good = taken({ has: ['usr/local/lib/python3.12/site-packages/demo/__init__.py'] });

export const whole = wheel();
