import type { Target } from '../target.ts';
import { gzip } from './gzip.ts';
import { metadata } from './metadata.ts';
import { platformFile } from './platform-file.ts';
import { roundTrip } from './round-trip.ts';
import { squash } from './squash.ts';
import { tar } from './tar.ts';
import { zip } from './zip.ts';
import { zstd } from './zstd.ts';

export const targets: readonly Target[] = [tar, roundTrip, squash, gzip, zstd, zip, platformFile, metadata];
