import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { port, serve } from './server.ts';

/** A docker-registry on a port of the loopback address; gives its host:port. `peers(t, 'docker-registry')` comes first. */
export async function registry(t: TestContext): Promise<string> {
  const host = `127.0.0.1:${await port()}`;
  await serve(
    t,
    (folder) => {
      const config = {
        version: '0.1',
        log: { level: 'error' },
        storage: { filesystem: { rootdirectory: join(folder, 'data') } },
        http: { addr: host },
      };
      // JSON is YAML.
      writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
      return ['docker-registry', 'serve', join(folder, 'config.yml')];
    },
    async () => {
      try {
        return (await fetch(`http://${host}/v2/`)).ok;
      } catch {
        return false;
      }
    },
  );
  return host;
}
