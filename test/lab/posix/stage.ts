/** A Unix machine for tests: one process runs a body; what it finds comes back. */
import { Machine } from "../../../mach/kern/machine.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Inode } from "../../../lab/posix/inode.ts";
import { PosixKernel, type PosixOptions } from "../../../lab/posix/kernel.ts";
import type { PosixProcess, Program } from "../../../lab/posix/process.ts";
import { furnishFiles } from "../../../lab/posix/scenario.ts";

export interface Stage {
  readonly kernel: PosixKernel;
  /** An executable `program NAME`, with a body. */
  program(path: string, body: Program, options?: { readonly mode?: number; readonly uid?: number }): Inode;
  file(path: string, content?: string, mode?: number): Inode;
  /** Runs `body` as the first process, to the end of all. */
  run<T>(body: (self: PosixProcess) => Syscall<T>): T | undefined;
}

export function stage(options: PosixOptions = {}): Stage {
  const kernel = new PosixKernel(new Machine({ instructions: new Map() }), options);
  furnishFiles(kernel);
  return {
    kernel,
    program(path, body, { mode = 0o755, uid = 0 } = {}) {
      kernel.programs.set(path, body);
      return kernel.files.add(path, new Inode(path, "file", { mode, uid, content: `program ${path}` }));
    },
    file: (path, content = "", mode = 0o666) => kernel.files.add(path, new Inode(path, "file", { mode, content })),
    run<T>(body: (self: PosixProcess) => Syscall<T>) {
      let result: T | undefined;
      const self: PosixProcess = kernel.boot("S", function* () {
        result = yield* body(self);
        return 0;
      });
      kernel.machine.run();
      return result;
    },
  };
}
