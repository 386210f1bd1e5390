import { groups } from './run.ts';

groups(/^(docker|oci|json): /);
