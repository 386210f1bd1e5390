import { groups } from './run.ts';

groups(/^(tar|squash): /);
