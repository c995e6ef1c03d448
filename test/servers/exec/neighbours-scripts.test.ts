/** Scripts beside the recorded ones: what the real exec makes of a first line, and by which name the interpreter gets the script (hashexec.c). */
import { expect } from "chai";
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { parseHashBang } from "../../../servers/exec/hashbang.ts";
import { encodeArgz } from "../../../servers/interfaces/argz.ts";
import { EXEC_DEFAULTS, EXEC_NEWTASK, EXEC_SECURE, INIT_PORT_CRDIR, INIT_PORT_CWDIR } from "../../../servers/interfaces/hurd-types.ts";
import { asked, bytes, noPorts, type Asked, type Request } from "./asked.ts";

const LINE = "#!/bin/m-echo arg\n";

function* argvs(a: Asked, requests: readonly Request[]): Syscall<readonly string[]> {
  const out: string[] = [];
  for (const request of requests) out.push(yield* a.argv(request));
  return out;
}

describe("first lines, beside the recorded ones", function () {
  this.timeout(60_000);

  it("a name without slash is the working directory's; a carriage return is part of it; a NUL ends the name and not its bytes", () => {
    const first = ["#!bin/m-echo\n", "#!m-echo\n", "#!/bin/m-echo\r\n", "#! \t \n", "#!", "#!/bin/m-echo/\n", "#!/bin/m-echo\t \targ \t\n", "#!/bin/m-echo\0zz q\n", "#!/bin/m-echo \0zz q\n"];
    const got = asked(function* (a) {
      const requests: Request[] = [];
      for (const [i, line] of first.entries()) requests.push({ file: yield* a.made(`/tmp/s${i}`, line), path: "/tmp/s" });
      return yield* argvs(a, requests);
    });
    expect(got).to.deep.equal([
      "bin/m-echo|/tmp/s|x|", "ENOENT", "ENOENT", "ENOENT", "ENOENT", "ENOTDIR", "/bin/m-echo|arg|/tmp/s|x|", "/bin/m-echo|zz q|/tmp/s|x|", "/bin/m-echo||zz q|/tmp/s|x|",
    ]);
  });

  it("what does not fit into a page is cut off, in the name or in the argument", () => {
    const long = (line: string): readonly number[] => {
      const { interpreter = "", argument = "" } = parseHashBang(bytes(line)) ?? {};
      return [interpreter.length, argument.length];
    };
    expect(long(`#!/bin/x ${"a".repeat(5000)}\n`)).to.deep.equal([6, 4087]);
    expect(long(`#!/bin/x${" ".repeat(4090)}arg\n`)).to.deep.equal([6, 0]);
    const got = asked(function* (a) {
      return yield* argvs(a, [{ file: yield* a.made("/tmp/s", `#!/${"b".repeat(5000)}\n`), path: "/tmp/s" }]);
    });
    expect(got).to.deep.equal(["ENAMETOOLONG"]);
  });

  it("an interpreter must be open to execution: directories, plain files and devices are EACCES", () => {
    const got = asked(function* (a) {
      const requests: Request[] = [];
      for (const name of ["/bin", "/etc/passwd", "/dev/null"]) requests.push({ file: yield* a.made(`/tmp/s${requests.length}`, `#!${name}\n`), path: "/tmp/s" });
      return yield* argvs(a, requests);
    });
    expect(got).to.deep.equal(["EACCES", "EACCES", "EACCES"]);
  });
});

describe("the script's name, beside the recorded ones", function () {
  this.timeout(60_000);

  const guesses = function* (a: Asked, file: MachPort): Syscall<readonly string[]> {
    const guess = (argv: string, path: string | undefined): Request => ({ file, path: "", argv: bytes(argv), envp: encodeArgz(path === undefined ? [] : [path]) });
    return yield* argvs(a, [
      guess("/tmp/s\0z\0", undefined), guess("/bin/s\0z\0", undefined), guess("s\0z\0", "PATH=/nosuch:/tmp"), guess("s\0z\0", "PATH=/bin:/tmp"), guess("s\0z\0", "PATH=:/bin"),
      guess("s\0z\0", "PATH=tmp/"), guess("s\0z\0", "PATH"), guess("", undefined), guess("/tmp/s", undefined), guess("a\xff\0b\xff\0", undefined),
    ]);
  };

  it("is guessed when the request does not say it: argv[0] with a slash, or the first program of that name in $PATH, if it is the same file", () => {
    const got = asked(function* (a) {
      const script = yield* a.made("/tmp/s", LINE);
      yield* a.made("/bin/s", LINE);
      return yield* guesses(a, script);
    });
    const by = (name: string, rest = ""): string => `/bin/m-echo|arg|${name}|${rest}`;
    const fd = "/dev/fd/0";
    expect(got).to.deep.equal([
      by("/tmp/s", "z|"), by(fd, "z|"), by("/tmp/s", "z|"), by(fd, "z|"), by(fd, "z|"),
      by("tmp/s", "z|"), by(fd, "z|"), by(fd), by("/tmp/s"), by(fd, "b\xff|"),
    ]);
  });

  it("without $PATH the system's is searched", () => {
    const got = asked(function* (a) {
      const file = yield* a.made("/bin/s", LINE);
      return yield* argvs(a, [{ file, path: "", argv: bytes("s\0z\0"), envp: bytes("") }, { file, path: "", argv: bytes("s\0z\0"), envp: bytes("PATH=\0") }]);
    });
    expect(got).to.deep.equal(["/bin/m-echo|arg|/bin/s|z|", "/bin/m-echo|arg|/dev/fd/0|z|"]);
  });

  it("is the first free descriptor when it cannot be guessed, and in every secure exec", () => {
    const got = asked(function* (a) {
      const file = yield* a.made("/tmp/s", LINE);
      const { crdir } = a.libc.ports;
      const fds = [[crdir, MACH_PORT_NULL, crdir], [crdir], []];
      return yield* argvs(a, fds.map((given) => ({ file, path: "", argv: bytes(""), fds: given })));
    });
    expect(got).to.deep.equal(["/bin/m-echo|arg|/dev/fd/1|", "/bin/m-echo|arg|/dev/fd/1|", "/bin/m-echo|arg|/dev/fd/0|"]);
  });
});

describe("the ports by which an interpreter is found", function () {
  this.timeout(60_000);

  it("are the request's; with DEFAULTS the standard ones fill gaps; SECURE takes the standard root, the working directory anew, and no identity but the request's", () => {
    const got = asked(function* (a) {
      const file = yield* a.made("/tmp/s", LINE);
      const relative = yield* a.made("/tmp/r", "#!bin/m-echo\n");
      const full = yield* a.ports(MACH_PORT_NULL);
      const without = (which: number): readonly MachPort[] => full.with(which, MACH_PORT_NULL);
      const out: string[] = [];
      const tries: readonly Request[] = [
        { ports: noPorts() }, { ports: noPorts(), flags: EXEC_DEFAULTS }, { ports: noPorts(), flags: EXEC_SECURE }, { ports: noPorts(), flags: EXEC_SECURE | EXEC_DEFAULTS },
        { ports: without(INIT_PORT_CRDIR) }, { ports: without(INIT_PORT_CRDIR), flags: EXEC_SECURE }, { ports: without(INIT_PORT_CWDIR) }, { ports: without(INIT_PORT_CWDIR), flags: EXEC_SECURE },
        { file: relative, ports: without(INIT_PORT_CWDIR) }, { file: relative, ports: without(INIT_PORT_CWDIR), flags: EXEC_SECURE }, { file: relative, ports: without(INIT_PORT_CRDIR) },
        { file: relative, ports: full, flags: EXEC_SECURE }, { flags: EXEC_NEWTASK },
      ];
      for (const request of tries) out.push(yield* a.outcome({ file, path: "/tmp/s", ...request }));
      return out;
    });
    const dead = "SEND_INVALID_DEST";
    expect(got).to.deep.equal([dead, "ran", dead, "ran", dead, "ran", "ran", "ran", dead, dead, "ran", "ran", "ran"]);
  });
});
