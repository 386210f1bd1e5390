import assert from 'node:assert/strict';
import test from 'node:test';
import { bash, folder, peers } from './tools.ts';

test('inspect: --list is what GNU tar lists', async (t) => {
  if (!peers(t, 'tar', 'root')) return;
  const place = await folder(t);
  const make = `mkdir -p tree/d && cd tree && printf x >file && ln file link && ln -s file symlink && mkfifo d/fifo
    mknod null c 1 3 && mknod disk b 259 70000 && chmod 4711 file && chmod 1777 d && chown 12345:54321 symlink
    touch -d '2001-02-03 04:05:06 UTC' file && head -c 123456789 /dev/zero >large`;
  await bash(make, { cwd: place });
  for (const format of ['gnu', 'pax', 'ustar']) {
    const line = `tar --format=${format} -C tree -cf layer.tar . && layertool inspect --list layer.tar >ours
      TZ=UTC LC_ALL=C tar --full-time -tvf layer.tar | sed -E 's/(:[0-9]{2})\\.[0-9]+/\\1/; s/[[:blank:]]+/ /g' >theirs
      sed -E 's/[[:blank:]]+/ /g' ours | diff - theirs`;
    assert.equal((await bash(line, { cwd: place })).stdout.toString(), '', format);
  }
});
