import { groups } from './run.ts';

groups(/^budget: /);
