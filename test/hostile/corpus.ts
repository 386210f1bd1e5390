import { budget } from './budget.ts';
import type { Case } from './case.ts';
import { directories } from './directory.ts';
import { gzip } from './gzip.ts';
import { dockerImages } from './image.ts';
import { jsonDocuments } from './json.ts';
import { layouts } from './layout.ts';
import { ociImages } from './oci.ts';
import { platformFiles } from './platform-file.ts';
import { registries } from './registry.ts';
import { squashing } from './squash.ts';
import { tarHeaders } from './tar-headers.ts';
import { tarNames } from './tar-names.ts';
import { tarPax } from './tar-pax.ts';
import { tarSparse } from './tar-sparse.ts';
import { tarTypes } from './tar-types.ts';
import { wheels } from './wheel.ts';
import { zips } from './zip.ts';
import { zstd } from './zstd.ts';

/** Every case there is, in the order of the files. */
export const corpus: readonly Case[] = [
  ...[...tarHeaders, ...tarTypes, ...tarPax, ...tarNames, ...tarSparse],
  ...[...squashing, ...budget, ...gzip, ...zstd],
  ...[...zips, ...wheels, ...platformFiles, ...directories],
  ...[...dockerImages, ...ociImages, ...layouts, ...jsonDocuments, ...registries],
];
