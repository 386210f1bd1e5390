import { type Digest, digestOf } from '../bytes/digest.ts';
import type { Place } from '../bytes/place.ts';
import { InputError } from '../errors.ts';
import type { Manifest } from '../image/image.ts';
import type { JsonObject } from '../image/json.ts';
import { topLevelTexts } from '../image/json-keys.ts';
import { jsonBytes, mediaTypes } from '../image/manifest.ts';
import { putReferrers, type Referrer } from '../registry/referrers.ts';
import { replay } from '../registry/replay.ts';
import type { Repository } from '../registry/repository.ts';
import { hasBlob, uploadBytes, uploadKnown } from '../registry/upload.ts';
import { discard } from '../streams/discard.ts';
import { measure } from '../streams/measure.ts';
import { pump } from '../streams/pump.ts';
import { placeSource } from '../streams/source.ts';

/** A file that is to stand beside an image. */
export interface Attachment {
  readonly place: Place;
  readonly digest: Digest;
  /** Its media type, which is also what kind of artifact it is. */
  readonly type: string;
}

/** The config of what has none (OCI image specification, manifest.md, "Guidance for an Empty Descriptor"). */
const EMPTY = Buffer.from('{}');
const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json';

/**
 * Reads a file that is to be attached. An empty one, and one whose type is neither given nor told by its content, is an
 * InputError.
 *
 * @param given its media type
 */
export async function readAttachment(place: Place, given: string | undefined): Promise<Attachment> {
  const { name, size } = place;
  if (size === 0) throw new InputError(name, 'is empty, and nothing to attach', 'did the command in <( ) fail?');
  const bytes = measure();
  await pump(placeSource(place), bytes.stream, discard());
  const type = given ?? (await toldType(place));
  if (type !== undefined) return { place, digest: bytes.digest(), type };
  const hint = `--attach TYPE=${name} says what it is, as application/vnd.example.report+json`;
  throw new InputError(name, 'is neither SPDX nor CycloneDX as JSON', hint);
}

/** What the formats of bills of materials say of themselves. */
async function toldType(place: Place): Promise<string | undefined> {
  const texts = await topLevelTexts(place, ['spdxVersion', 'bomFormat']);
  if (texts?.get('spdxVersion')?.startsWith('SPDX-')) return 'application/spdx+json';
  return texts?.get('bomFormat') === 'CycloneDX' ? 'application/vnd.cyclonedx+json' : undefined;
}

/**
 * Puts files beside a manifest or an index that the registry has (OCI image specification, manifest.md, "subject"). What
 * the registry refuses is an InputError.
 *
 * @returns the digests of their manifests, in the order of the files
 */
export async function attach(
  repository: Repository,
  subject: Manifest & { readonly digest: Digest },
  attachments: readonly Attachment[],
): Promise<Digest[]> {
  if (attachments.length === 0) return [];
  await uploadOnce(repository, digestOf(EMPTY), () => uploadBytes(repository, EMPTY));
  const referrers: Referrer[] = [];
  for (const { place, digest, type } of attachments) {
    const { size } = place;
    await uploadOnce(repository, digest, () => {
      return uploadKnown(repository, { digest, size }, replay(placeSource(place)));
    });
    referrers.push(referrerOf(subject, { type, digest, size }));
  }
  await putReferrers(repository, subject, referrers);
  return referrers.map(({ digest }) => digest);
}

async function uploadOnce(repository: Repository, digest: Digest, upload: () => Promise<void>): Promise<void> {
  if (!(await hasBlob(repository, digest))) await upload();
}

/** Nothing in it tells where a file was or what it was called: the same content has the same digest. */
function referrerOf(
  subject: Manifest & { readonly digest: Digest },
  { type, digest, size }: { type: string; digest: Digest; size: number },
): Referrer {
  const json: JsonObject = {
    schemaVersion: 2,
    mediaType: mediaTypes.oci.manifest,
    artifactType: type,
    config: { mediaType: EMPTY_TYPE, digest: digestOf(EMPTY), size: EMPTY.length, data: EMPTY.toString('base64') },
    layers: [{ mediaType: type, digest, size }],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.bytes.length },
  };
  const bytes = jsonBytes(json);
  return { bytes, mediaType: mediaTypes.oci.manifest, digest: digestOf(bytes), artifactType: type };
}
