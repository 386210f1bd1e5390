import type { Target } from '../target.ts';
import { roundTrip } from './round-trip.ts';
import { tar } from './tar.ts';

export const targets: readonly Target[] = [tar, roundTrip];
