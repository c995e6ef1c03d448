/** Capsicum: capability mode, and rights of descriptors that can only shrink (comparison.md §7, CS). */
import type { PosixTrap } from "./calls.ts";
import type { Handlers } from "./kernel.ts";

/** No call that names something by a global name; the rest works on descriptors. */
export function forbiddenInCapabilityMode(trap: PosixTrap): boolean {
  switch (trap.call) {
    case "open":
      return (trap as PosixTrap<"open">).at === undefined;
    case "execve":
      return (trap as PosixTrap<"execve">).fd === undefined;
    case "stat":
      return (trap as PosixTrap<"stat">).path !== undefined;
    case "kill":
      return true;
    case "posix_spawn":
    case "spawn_template_create":
    case "rename":
    case "symlink":
    case "chdir":
    case "ptrace_attach":
      return true;
    default:
      return false;
  }
}

export const capabilityCalls = (): Pick<Handlers, "cap_enter" | "cap_rights_limit"> => ({
  cap_enter({ process }) {
    process.capabilityMode = true;
    return 0;
  },
  cap_rights_limit: ({ process }, { fd, rights }) => process.table.limitRights(fd, rights),
});
