// All lessons, in order.

import { CLAIM } from "./claim";
import type { Lesson } from "./lesson";
import { MULTIFRACTAL } from "./multifractal";
import { NOISE } from "./noise";
import { SAMPLING } from "./sampling";
import { TRAINING } from "./training";

export const LESSONS: readonly Lesson[] = [MULTIFRACTAL, NOISE, TRAINING, SAMPLING, CLAIM];
