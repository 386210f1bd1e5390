import type { Target } from '../target.ts';
import { bills } from './bills.ts';
import { codec } from './codec.ts';
import { diff } from './diff.ts';
import { filter } from './filter.ts';
import { front } from './front.ts';
import { gzip } from './gzip.ts';
import { image } from './image.ts';
import { lock } from './lock.ts';
import { metadata } from './metadata.ts';
import { platformFile } from './platform-file.ts';
import { edge } from './process.ts';
import { pull } from './pull.ts';
import { push } from './push.ts';
import { roundTrip } from './round-trip.ts';
import { squash } from './squash.ts';
import { tar } from './tar.ts';
import { wheel } from './wheel.ts';
import { zip } from './zip.ts';
import { zstd } from './zstd.ts';

export const targets: readonly Target[] = [
  codec,
  tar,
  roundTrip,
  squash,
  filter,
  diff,
  front,
  gzip,
  zstd,
  zip,
  wheel,
  metadata,
  lock,
  bills,
  platformFile,
  image,
  pull,
  push,
  edge,
];
