/** All experiments, by number. */
import type { Experiment } from "../model/experiment.ts";

export const experiments: readonly Experiment[] = [];
