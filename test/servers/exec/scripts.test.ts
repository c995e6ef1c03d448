import { expect } from "chai";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Libc, Main } from "../../../glibc-shim/libc.ts";
import { parseHashBang } from "../../../servers/exec/hashbang.ts";
import { taskName, withOrigin } from "../../../servers/exec/environment.ts";
import { decodeArgz, encodeArgz } from "../../../servers/interfaces/argz.ts";
import { errnoName } from "../../../servers/interfaces/errno.ts";
import { O_CREAT, O_TRUNC, O_WRITE } from "../../../servers/interfaces/hurd-types.ts";
import { probed } from "../probe.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("the first line of a script", () => {
  it("is an interpreter and at most one argument, blanks trimmed", () => {
    const cases: readonly (readonly [string, unknown])[] = [
      ["#!/bin/x\n", { interpreter: "/bin/x", argument: undefined }],
      ["#! /bin/x one two \nrest", { interpreter: "/bin/x", argument: "one two" }],
      ["#!\t/bin/x\ta b\t\n", { interpreter: "/bin/x", argument: "a b" }],
      ["#!\n", { interpreter: "", argument: undefined }],
      ["#!/bin/x", { interpreter: "/bin/x", argument: undefined }],
      ["no script\n", undefined],
      ["", undefined],
    ];
    for (const [text, wanted] of cases) expect(parseHashBang(utf8(text)), JSON.stringify(text)).to.deep.equal(wanted);
  });

  it("is cut where a page ends", () => {
    expect(parseHashBang(utf8(`#!${"x".repeat(9000)}\n`))?.interpreter.length).to.equal(4094);
  });
});

describe("what a new program is told", () => {
  it("LD_ORIGIN_PATH: in front, or in its old place; only for absolute names", () => {
    const set = (words: readonly string[], path: string): readonly string[] => decodeArgz(withOrigin(encodeArgz(words), path));
    expect(set(["A=B"], "/bin/ls")).to.deep.equal(["LD_ORIGIN_PATH=/bin", "A=B"]);
    expect(set(["A=B", "LD_ORIGIN_PATH=x"], "/a//b///c")).to.deep.equal(["A=B", "LD_ORIGIN_PATH=/a//b"]);
    expect(set(["A=B"], "/ls")).to.deep.equal(["LD_ORIGIN_PATH=/", "A=B"]);
    expect(set(["A=B"], "")).to.deep.equal(["A=B"]);
  });

  it("the kernel's name for the task is at most 31 characters, its end kept", () => {
    expect(taskName(encodeArgz(["ls"]), 12)).to.equal("ls(12)");
    expect(taskName(encodeArgz(["ls"]), undefined)).to.equal("ls");
    expect(taskName(encodeArgz(["/a/very/long/name/of/a/program/indeed"]), 7)).to.equal(".../name/of/a/program/indeed(7)").and.have.length(31);
  });
});

describe("running scripts", () => {
  function* write(libc: Libc, path: string, content: string, mode = 0o755): Syscall<void> {
    const fd = yield* libc.open(path, O_WRITE | O_CREAT | O_TRUNC, mode);
    yield* libc.writeAll(fd, content);
    yield* libc.close(fd);
  }

  it("gives the interpreter what was recorded, and fails as recorded", () => {
    const seen: string[] = [];
    const main: Main = function* (libc, argv) {
      seen.push([...argv, `origin=${libc.environ.get("LD_ORIGIN_PATH") ?? ""}`].join("|"));
      return 0;
    };
    const got = probed(
      function* (libc) {
        yield* write(libc, "/bin/script", "#!/bin/args one two\nrest\n");
        yield* write(libc, "/bin/script2", "#!/bin/script inner\n");
        yield* write(libc, "/bin/script-ws", "#!  /bin/args   a b  \n");
        yield* write(libc, "/bin/script-nointerp", "#!/bin/nosuch\n");
        yield* write(libc, "/bin/script-empty", "#!\n");
        yield* write(libc, "/bin/script-noexec", "#!/bin/noexec\n");
        yield* write(libc, "/bin/noexec", "x", 0o644);
        yield* write(libc, "/bin/script-dir", "#!/bin\n");
        yield* write(libc, "/bin/plain", "text\n");
        yield* write(libc, "/bin/script-plain", "#!/bin/plain\n");
        yield* write(libc, "/bin/script-loop", "#!/bin/script-loop\n");
        const codes: string[] = [];
        for (const name of ["script", "script2", "script-ws", "script-nointerp", "script-empty", "script-noexec", "script-dir", "script-plain", "script-loop"]) {
          const spawned = yield* attempt(libc.posix_spawn(`/bin/${name}`, [`/bin/${name}`, "A"]));
          codes.push(spawned.err === 0 ? "ok" : errnoName(spawned.err));
          if (spawned.err === 0) yield* libc.waitpid(spawned.value);
        }
        return codes;
      },
      { programs: [["/bin/args", main]] },
    );
    expect(got).to.deep.equal(["ok", "ok", "ok", "ENOENT", "ENOENT", "EACCES", "EACCES", "ENOEXEC", "EIO"]);
    expect(seen).to.deep.equal([
      "/bin/args|one two|/bin/script|A|origin=/bin",
      "/bin/args|one two|/bin/script|inner|/bin/script2|A|origin=/bin",
      "/bin/args|a b|/bin/script-ws|A|origin=/bin",
    ]);
  });
});
