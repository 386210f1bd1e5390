import { budget } from './budget.ts';
import { budgetPaths } from './budget-paths.ts';
import type { Case } from './case.ts';
import { directories } from './directory.ts';
import { gzip } from './gzip.ts';
import { dockerImages } from './image.ts';
import { wrongDockerImages } from './image-wrong.ts';
import { jsonDocuments } from './json.ts';
import { layouts } from './layout.ts';
import { locks } from './lock.ts';
import { metadata } from './metadata.ts';
import { ociImages } from './oci.ts';
import { ociBlobs } from './oci-blobs.ts';
import { platformFiles } from './platform-file.ts';
import { registries } from './registry.ts';
import { squashing } from './squash.ts';
import { tarHeaders } from './tar-headers.ts';
import { tarNames } from './tar-names.ts';
import { tarPax } from './tar-pax.ts';
import { tarSparse } from './tar-sparse.ts';
import { tarSparseDamaged } from './tar-sparse-damaged.ts';
import { tarTypes } from './tar-types.ts';
import { uploadReplies } from './upload.ts';
import { wheels } from './wheel.ts';
import { wheelPlaces } from './wheel-places.ts';
import { zips } from './zip.ts';
import { zipMembers } from './zip-members.ts';
import { zstd } from './zstd.ts';

/** Every case there is, in the order of the files. */
export const corpus: readonly Case[] = [
  ...[...tarHeaders, ...tarTypes, ...tarPax, ...tarNames, ...tarSparse, ...tarSparseDamaged],
  ...metadata,
  ...[...squashing, ...budget, ...budgetPaths, ...gzip, ...zstd],
  ...[...zips, ...zipMembers, ...wheels, ...wheelPlaces, ...platformFiles, ...locks, ...directories],
  ...[
    ...dockerImages,
    ...wrongDockerImages,
    ...ociImages,
    ...ociBlobs,
    ...layouts,
    ...jsonDocuments,
    ...registries,
    ...uploadReplies,
  ],
];
