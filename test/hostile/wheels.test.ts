import { groups } from './run.ts';

groups(/^(zip|wheel|platform file|lock): /);
