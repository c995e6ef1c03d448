/** All experiments, by number. */
import { experiment as e01 } from "./01-leak.ts";
import { experiment as e02 } from "./02-residue.ts";
import { experiment as e03 } from "./03-open-exec-race.ts";
import { experiment as e04 } from "./04-number-reuse.ts";
import { experiment as e05 } from "./05-set-id.ts";
import { experiment as e06 } from "./06-old-holder.ts";
import { experiment as e07 } from "./07-server-death.ts";
import { experiment as e08 } from "./08-etoomanyrefs.ts";
import { experiment as e09 } from "./09-exhaustion.ts";
import { experiment as e10 } from "./10-identity.ts";
import { experiment as e11 } from "./11-forgery.ts";
import { experiment as e12 } from "./12-cost.ts";
import { experiment as e13 } from "./13-reexec-filter.ts";
import { experiment as e14 } from "./14-granularity.ts";
import { experiment as e15 } from "./15-two-phase-exec.ts";
import { experiment as e16 } from "./16-fork-then-exec.ts";
import { experiment as e17 } from "./17-trace.ts";
import { experiment as e18 } from "./18-manifest.ts";
import { experiment as e19 } from "./19-flower.ts";
import { experiment as e20 } from "./20-revocation.ts";
import { experiment as e21 } from "./21-whole-schedules.ts";
import { experiment as e22 } from "./22-content-toctou.ts";
import { experiment as e23 } from "./23-cve-2021-43411.ts";
import { experiment as e24 } from "./24-cve-2021-43412.ts";
import { experiment as e25 } from "./25-cve-2021-43413.ts";
import { experiment as e26 } from "./26-cve-2021-43414.ts";
import { experiment as e27 } from "./27-cloexec.ts";
import { experiment as e28 } from "./28-named-is-granted.ts";
import { experiment as e29 } from "./29-control.ts";
import type { Experiment } from "../model/experiment.ts";

export const experiments: readonly Experiment[] = [
  e01,
  e02,
  e03,
  e04,
  e05,
  e06,
  e07,
  e08,
  e09,
  e10,
  e11,
  e12,
  e13,
  e14,
  e15,
  e16,
  e17,
  e18,
  e19,
  e20,
  e21,
  e22,
  e23,
  e24,
  e25,
  e26,
  e27,
  e28,
  e29,
];
