import { type Digest, hex } from '../bytes/digest.ts';
import { InputError } from '../errors.ts';
import type { Manifest } from '../image/image.ts';
import { isObject, type Json, type JsonObject, parseJson, textAt } from '../image/json.ts';
import { jsonBytes, manifestsOf, mediaTypes } from '../image/manifest.ts';
import { findManifest, putManifest } from './manifests.ts';
import type { Repository } from './repository.ts';

/** A manifest that has a subject. */
export interface Referrer extends Manifest {
  readonly digest: Digest;
  readonly artifactType: string;
}

/**
 * Puts manifests that are about another (OCI distribution specification, "Pushing Manifests with Subject"). A registry that
 * does not say that it has noted the subject keeps no list of them, and so it is kept in a tag.
 *
 * @param subject the digest of what they are about
 */
export async function putReferrers(
  repository: Repository,
  { digest: subject }: { readonly digest: Digest },
  referrers: readonly Referrer[],
): Promise<void> {
  const unlisted: Referrer[] = [];
  for (const referrer of referrers) {
    const { subject: noted } = await putManifest(repository, referrer, referrer.digest);
    if (noted === undefined) unlisted.push(referrer);
  }
  if (unlisted.length > 0) await addToTag(repository, `sha256-${hex(subject)}`, unlisted);
}

/** Adds to the list in a tag ("Referrers Tag Schema"); the entries that are there stay as they are. */
async function addToTag(repository: Repository, tag: string, referrers: readonly Referrer[]): Promise<void> {
  const { index, list } = await listIn(repository, tag);
  const known = new Set(list.map((item) => textAt(item, 'digest')));
  const added: JsonObject[] = [];
  for (const { mediaType, bytes, digest, artifactType } of referrers) {
    if (known.has(digest)) continue;
    known.add(digest);
    added.push({ mediaType, digest, size: bytes.length, artifactType });
  }
  if (added.length === 0) return;
  const bytes = jsonBytes({ ...index, manifests: [...list, ...added] });
  await putManifest(repository, { bytes, mediaType: mediaTypes.oci.index }, tag);
}

/** The index in a tag, a new one where there is none. What is another thing is an InputError: it is somebody's. */
async function listIn(
  repository: Repository,
  tag: string,
): Promise<{ readonly index: JsonObject; readonly list: readonly Json[] }> {
  const found = await findManifest(repository, tag);
  if (found === undefined) return { index: { schemaVersion: 2, mediaType: mediaTypes.oci.index }, list: [] };
  const index = parseJson(found.bytes, repository.name, `the manifest of ${tag}`);
  const list = manifestsOf(index);
  if (found.mediaType !== mediaTypes.oci.index || !isObject(index) || list === undefined) {
    const hint = 'this registry lists what is attached in that tag: remove it, or give it another name';
    throw new InputError(repository.name, `has a tag ${tag} that is not an index, and it stays as it is`, hint);
  }
  return { index, list };
}
