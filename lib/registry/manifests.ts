import { type Digest, digestOf, isDigest } from '../bytes/digest.ts';
import { InputError } from '../errors.ts';
import { bytesOf } from '../http/answer-body.ts';
import { Refused } from '../http/failures.ts';
import type { Manifest } from '../image/image.ts';
import { isObject, parseJson, textAt } from '../image/json.ts';
import { mediaTypes } from '../image/manifest.ts';
import type { Repository } from './repository.ts';

const { oci, docker } = mediaTypes;
const ACCEPTED = [oci.index, docker.index, oci.manifest, docker.manifest];

/**
 * Gets a manifest or an index (OCI distribution specification, "Pulling manifests"). It is held against the digest that
 * it was asked by, and against the one that the registry tells. One that is not there, or differs, is an InputError.
 *
 * @param by a tag or a digest
 */
export async function getManifest(repository: Repository, by: string): Promise<Manifest & { digest: Digest }> {
  const found = await findManifest(repository, by);
  if (found === undefined) throw new InputError(repository.name, `has no ${by}`);
  return found;
}

/** The same, or undefined where there is none. */
export async function findManifest(
  repository: Repository,
  by: string,
): Promise<(Manifest & { digest: Digest }) | undefined> {
  const answer = await repository
    .ask({ method: 'GET', to: `manifests/${by}`, headers: { accept: ACCEPTED.join(', ') } })
    .catch((error: unknown) => {
      if (error instanceof Refused && error.status === 404) return undefined;
      throw error;
    });
  if (answer === undefined) return undefined;
  const bytes = await bytesOf(answer);
  const digest = digestOf(bytes);
  const expected = isDigest(by) ? by : answer.headers['docker-content-digest'];
  if (isDigest(expected) && expected !== digest) {
    throw new InputError(repository.name, `the manifest of ${by} should be ${expected} and is ${digest}`);
  }
  const type = answer.headers['content-type']?.replace(/;.*$/, '').trim() ?? '';
  // Some storages forget the type, and an index or a manifest may say it itself.
  const mediaType = ACCEPTED.some((known) => known === type) ? type : typeOf(bytes, repository.name, type);
  return { bytes, digest, mediaType };
}

function typeOf(bytes: Buffer, name: string, header: string): string {
  const json = parseJson(bytes, name, 'its manifest');
  if (isObject(json) && json['schemaVersion'] === 1) {
    const hint = 'push the image again with a docker of this decade';
    throw new InputError(name, 'has a manifest of schema 1, which is no longer in use', hint);
  }
  const own = textAt(json, 'mediaType') ?? header;
  if (ACCEPTED.some((known) => known === own)) return own;
  throw new InputError(name, `holds ${own === '' ? 'something unknown' : own}, not an image`);
}

/**
 * Puts a manifest or an index, by a tag or by its digest. What it names must be there before.
 *
 * @returns the subject that the registry has noted, where it notes any
 */
export async function putManifest(
  repository: Repository,
  { bytes, mediaType }: Manifest,
  by: string,
): Promise<{ readonly subject: string | undefined }> {
  const answer = await repository.ask({
    method: 'PUT',
    to: `manifests/${by}`,
    headers: { 'content-type': mediaType },
    body: bytes,
  });
  answer.body.resume();
  const stored = answer.headers['docker-content-digest'];
  const digest = digestOf(bytes);
  if (stored !== undefined && stored !== digest) {
    throw new InputError(repository.name, `was sent the manifest ${digest} and says that it has ${stored}`);
  }
  const subject = answer.headers['oci-subject'];
  return { subject: typeof subject === 'string' ? subject : undefined };
}
