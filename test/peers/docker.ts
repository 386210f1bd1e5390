import type { TestContext } from 'node:test';
import { serve } from './server.ts';
import { attempt, type Outcome, run, type Settings } from './tools.ts';

export type Docker = {
  (...args: string[]): Promise<Outcome>;
  /** The address for a line of bash: `docker -H $HOST load`. */
  host: string;
  load(archive: string): Promise<string>;
  /** The file system of an image as a tar file. */
  export(image: string, file: string): Promise<void>;
};

/**
 * A dockerd of this test's own, on a unix socket in its own folder, which needs no network, no iptables and no overlay.
 * `peers(t, 'root', 'docker', 'dockerd')` comes first.
 */
export async function docker(t: TestContext): Promise<Docker> {
  const server = await serve(
    t,
    (folder) => [
      'dockerd',
      '--iptables=false',
      '--bridge=none',
      '--storage-driver=vfs',
      `--data-root=${folder}/data`,
      `--exec-root=${folder}/exec`,
      `--host=unix://${folder}/docker.sock`,
      `--pidfile=${folder}/pid`,
    ],
    async (folder) => (await attempt('docker', ['-H', `unix://${folder}/docker.sock`, 'version'])).status === 0,
  );
  const host = `unix://${server.folder}/docker.sock`;
  const call = (args: string[], settings?: Settings) => run('docker', ['-H', host, ...args], settings);
  return Object.assign((...args: string[]) => call(args), {
    host,
    load: async (archive: string) => (await call(['load', '-q', '-i', archive])).stdout.toString(),
    export: async (image: string, file: string) => {
      // The command is never run, yet docker wants one.
      const id = (await call(['create', '--network', 'none', image, '/none'])).stdout.toString().trim();
      await call(['export', id], { stdout: file });
      await call(['rm', id]);
    },
  });
}
