/** Requests to one file that come at the same time, in any order in which the filesystem's threads may run. */
import { expect } from "chai";
import { MACH_PORT_NULL, portValid, type MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { deallocate } from "../../../glibc-shim/rights.ts";
import { fsCall, ioCall } from "../../../glibc-shim/stubs.ts";
import { O_CREAT, O_READ, O_WRITE } from "../../../servers/interfaces/hurd-types.ts";
import { decodeStatfs } from "../../../servers/interfaces/statfs.ts";
import { probed } from "../probe.ts";

const SEEDS = [1, 2, 3, 4, 5, 28];

/** Runs `body` in several threads at once, and waits for all; what each answered. */
function* together<T>(libc: Libc, count: number, body: (i: number) => Syscall<T>): Syscall<readonly T[]> {
  const answers: T[] = [];
  for (let i = 0; i < count; i++) {
    yield* libc.thread(function* () {
      answers.push(yield* body(i));
    });
  }
  while (answers.length < count) yield* libc.usleep(1000);
  return answers;
}

function each<T>(seed: number, body: (libc: Libc) => Syscall<T>): T {
  return probed(body, { seed, scheduler: "random" });
}

describe("a file that several use at the same time", function () {
  this.timeout(120_000);

  it("has a memory object for everybody who maps it, also while its last user gives it up", () => {
    for (const seed of SEEDS) {
      const got = each(seed, function* (libc) {
        const bad: string[] = [];
        yield* together(libc, 3, function* (who) {
          const file = yield* libc.file_name_lookup("/etc/passwd", who === 0 ? O_READ | O_WRITE : O_READ);
          for (let i = 0; i < 12; i++) {
            const map = yield* ioCall.io_map(file, {});
            if (map.err) bad.push(`error ${map.err.toString(16)}`);
            else if (!portValid(map.memobjrd) || (who === 0 && !portValid(map.memobjwt))) bad.push("no memory object");
            if (!map.err) for (const port of [map.memobjrd, map.memobjwt]) yield* deallocate(port);
          }
        });
        return bad;
      });
      expect(got, `seed ${seed}`).to.deep.equal([]);
    }
  });

  it("has one identity, whoever asks first, be it a file's or a translator's", () => {
    for (const seed of SEEDS) {
      const got = each(seed, function* (libc) {
        const counts: number[] = [];
        for (let i = 0; i < 10; i++) {
          const file = yield* libc.file_name_lookup(i === 0 ? "/dev/null" : `/tmp/new${i}`, O_READ | O_CREAT, 0o644);
          const ids = yield* together(libc, 4, function* (): Syscall<readonly MachPort[]> {
            const id = yield* ioCall.io_identity(file, {});
            return id.err ? [MACH_PORT_NULL] : [id.idport, id.fsidport];
          });
          counts.push(new Set(ids.map(([id]) => id)).size, new Set(ids.map(([, fsid]) => fsid)).size);
        }
        return counts;
      });
      expect(got, `seed ${seed}`).to.deep.equal(new Array(20).fill(1));
    }
  });

  it("is freed once when its last name and its last open go together", () => {
    for (const seed of SEEDS) {
      const got = each(seed, function* (libc) {
        const { crdir } = libc.ports;
        const free = function* (): Syscall<string> {
          const st = yield* fsCall.file_statfs(crdir, {});
          if (st.err) return "error";
          const { files, ffree, bfree } = decodeStatfs(st.info);
          return `${files} files, ${ffree} and ${bfree} blocks free`;
        };
        const rounds: (readonly string[])[] = [];
        for (let i = 0; i < 6; i++) {
          const before = yield* free();
          const file = yield* libc.file_name_lookup("/tmp/gone", O_READ | O_WRITE | O_CREAT, 0o644);
          const id = yield* ioCall.io_identity(file, {});
          if (!id.err) for (const port of [id.idport, id.fsidport]) yield* deallocate(port);
          yield* together(libc, 2, (who) => (who === 0 ? libc.unlink("/tmp/gone") : deallocate(file)));
          yield* libc.usleep(10_000);
          rounds.push([before, yield* free()]);
        }
        return rounds.filter(([a, b]) => a !== b);
      });
      expect(got, `seed ${seed}`).to.deep.equal([]);
    }
  });
});

describe("a program that several start at the same time", function () {
  this.timeout(120_000);
  it("starts every time", () => {
    for (const seed of SEEDS) {
      const got = each(seed, (libc) =>
        together(libc, 3, function* () {
          const statuses: number[] = [];
          for (let i = 0; i < 3; i++) statuses.push((yield* libc.waitpid(yield* libc.posix_spawn("/bin/true", ["true"]))).status);
          return statuses;
        }));
      expect(got.flat(), `seed ${seed}`).to.deep.equal(new Array(9).fill(0));
    }
  });
});
