import { groups } from './run.ts';

groups(/^(gzip|zstd): /);
