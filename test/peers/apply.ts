import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Docker } from './docker.ts';
import { item, tar } from './layer.ts';
import { each, run } from './tools.ts';

/**
 * A stack of layers (uncompressed tar) applied to a directory by implementations of others. Tried out with umoci 0.4.7
 * and docker 20.10 with vfs:
 *
 * - Directories that no header describes: umoci makes them 0755, docker 0600, both root's and with the time of the day.
 * - A whiteout, plain or opaque, in a directory that is missing: umoci does nothing, docker makes the directory (0600).
 *   Below a file: umoci does nothing, docker refuses a plain one and ignores an opaque one.
 * - A whiteout after the entry of the same name, in one layer: umoci keeps the entry, docker removes it (and fails where
 *   it was a directory with a header). An opaque one after the directory's content: umoci keeps all that came in the same
 *   layer, docker only what had a header: a directory that has none goes away with all inside.
 * - An opaque whiteout spelled through a symlink: umoci follows, docker does nothing at all. A plain one: both follow.
 * - A hard link whose header says something else than its file's: umoci leaves the file alone, docker gives the file the
 *   mode, owner and time of the link. The header of a link to a file of a lower layer has the same effect.
 * - A hard link to a symlink is a second name of the symlink (its target is not followed) for both; targets may be
 *   spelled `./x`, `/x` and through symlinks. A link to itself or to a directory is refused. A link over another name
 *   of the same file is fine.
 * - A path twice in a layer: umoci takes the last, docker refuses unless they are spelled in two ways.
 * - A directory's header on a symlink to a directory: the symlink is replaced. Any other type on a directory: it goes,
 *   with what is inside. A path below a file, or docker's below a dangling symlink, is refused; umoci makes the
 *   directory that the symlink names. Symlinks are followed inside the root, absolute and climbing ones too.
 * - docker with vfs keeps no `user.*` attributes (in the next layer), and makes two files of a FIFO or symlink with two
 *   names. `docker export` has whole seconds.
 */

const hex = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

const config = (layers: Buffer[]) =>
  Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${hex(layer)}`) },
    }),
  );

/** Unpacks into `target`, which umoci makes; `scratch` is a folder for the OCI layout, used once. */
export async function umoci(layers: Buffer[], scratch: string, target: string): Promise<void> {
  const blobs = join(scratch, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const type = 'application/vnd.oci.image';
  const blob = (mediaType: string, bytes: Buffer) => {
    writeFileSync(join(blobs, hex(bytes)), bytes);
    return { mediaType, digest: `sha256:${hex(bytes)}`, size: bytes.length };
  };
  const manifest = {
    schemaVersion: 2,
    config: blob(`${type}.config.v1+json`, config(layers)),
    layers: layers.map((layer) => blob(`${type}.layer.v1.tar`, layer)),
  };
  const top = blob(`${type}.manifest.v1+json`, Buffer.from(JSON.stringify(manifest)));
  const manifests = [{ ...top, annotations: { 'org.opencontainers.image.ref.name': 'it' } }];
  writeFileSync(join(scratch, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  writeFileSync(join(scratch, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await run('umoci', ['raw', 'unpack', '--image', `${scratch}:it`, target]);
}

export type Image = { tag: string; layers: Buffer[] };

/** A docker archive of several images at once, since one `docker load` takes them all. */
function archive(images: Image[]): Buffer {
  const files = new Map<string, Buffer>();
  const manifest = images.map(({ tag, layers }) => {
    const bytes = config(layers);
    files.set(`${hex(bytes)}.json`, bytes);
    for (const layer of layers) files.set(`${hex(layer)}.tar`, layer);
    return {
      Config: `${hex(bytes)}.json`,
      RepoTags: [`${tag}:latest`],
      Layers: layers.map((layer) => `${hex(layer)}.tar`),
    };
  });
  files.set('manifest.json', Buffer.from(JSON.stringify(manifest)));
  const items = [...files].map(([name, bytes]) => item('file', name, { content: bytes.toString('latin1') }));
  return tar({ dialect: 'pax', items });
}

/** What docker itself puts into the root of a container. */
export const dockers = ['dev', 'proc', 'sys', 'etc', '.dockerenv'];

/** Loads the images, and unpacks what `docker export` gives of each into `place`, in a folder named by its tag. */
export async function load(docker: Docker, images: Image[], place: string): Promise<Map<string, string>> {
  const refused = new Map<string, string>();
  if (images.length === 0) return refused;
  const file = join(place, 'images.tar');
  writeFileSync(file, archive(images));
  try {
    await docker.load(file);
  } catch (error) {
    const [image] = images;
    if (images.length > 1)
      for (const one of images) for (const [tag, why] of await load(docker, [one], place)) refused.set(tag, why);
    else if (image) refused.set(image.tag, error instanceof Error ? error.message : `${error}`);
    return refused;
  }
  await each(images, async ({ tag }) => {
    await docker.export(tag, join(place, `${tag}.tar`));
    mkdirSync(join(place, tag));
    await run('tar', ['-xpf', join(place, `${tag}.tar`), '--numeric-owner', '-C', join(place, tag)]);
    rmSync(join(place, `${tag}.tar`));
  });
  await docker('rmi', ...images.map(({ tag }) => tag));
  return refused;
}
