import { groups } from './run.ts';

groups(/^(dir$|registry: )/);
