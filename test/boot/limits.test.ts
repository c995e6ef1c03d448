import { expect } from "chai";
import { runCommands } from "../../boot/session.ts";

/** What the commands print in a login shell of a freshly booted system, line by line. */
const lines = (commands: string, options: { user?: string; input?: string } = {}): readonly string[] =>
  runCommands({ commands, ...options }).output.split("\n").filter((line) => line !== "");

describe("ulimit", function () {
  this.timeout(60_000);

  it("shows all limits as dash does", () => {
    expect(lines("ulimit -a")).to.deep.equal([
      "time(seconds)        unlimited",
      "file(blocks)         unlimited",
      "data(kbytes)         unlimited",
      "stack(kbytes)        unlimited",
      "coredump(blocks)     unlimited",
      "memory(kbytes)       unlimited",
      "locked memory(kbytes) unlimited",
      "process              unlimited",
      "nofiles              1024",
      "vmemory(kbytes)      unlimited",
    ]);
  });

  it("counts in units; shows and sets the file size when nothing else is said; -H and -S choose a limit, else both are set and the soft one shown", () => {
    expect(lines("ulimit 7; ulimit; ulimit -f; ulimit -Sf 3; ulimit; ulimit -H; ulimit -d 8; ulimit -HS -d; ulimit -c 2; ulimit -c; ulimit -n -- 20; ulimit -n; ulimit -Hn unlimited; ulimit -Ha | grep nof")).to.deep.equal([
      "7", "7", "3", "7", "8", "2", "20", "nofiles              unlimited",
    ]);
  });

  it("refuses what is no option, no number, or too much", () => {
    const script = ["ulimit -x", "ulimit -n 1 2", "ulimit -n 3k", "ulimit -a 4"];
    expect(lines(script.map((command) => `${command}; echo $?`).join("\n")).map((line) => line.replace(/^-sh: \d+: /, ""))).to.deep.equal([
      "ulimit: Illegal option -x", "2", "ulimit: too many arguments", "2", "ulimit: bad number", "2", "ulimit: too many arguments", "2",
    ]);
  });

  it("is the shell's own and its subshells'; other programs begin anew, except for -v, which is the kernel's", () => {
    expect(lines("ulimit -n 30; ulimit -v 100000; (ulimit -n; ulimit -v); sh -c 'ulimit -n; ulimit -v'; exec sh -c 'ulimit -n; ulimit -v'")).to.deep.equal([
      "30", "100000", "1024", "100000", "1024", "100000",
    ]);
  });
});

describe("out of resources in a session", function () {
  this.timeout(60_000);

  it("who may not raise RLIMIT_AS is told so; a set-id program is free of it", () => {
    const script = "ulimit -v 100000; ulimit -v 200000; ulimit -Sv 50000; ulimit -v; ulimit -v 90000; ulimit -Hv; su -c 'ulimit -v'";
    expect(lines(script, { user: "guest", input: "hurd\n" })).to.deep.equal([
      "-sh: 1: ulimit: error setting limit: Operation not permitted", "50000", "90000", "Password: ", "unlimited",
    ]);
    expect(lines("ulimit -v 100000; ulimit -v 200000; ulimit -v")).to.deep.equal(["200000"]);
  });

  it("a program without enough memory is killed, and the shell goes on", () => {
    expect(lines("(ulimit -v 16000; /bin/true; echo $?; ulimit -v 40000; /bin/true; echo $?)")).to.deep.equal(["Killed", "137", "0"]);
  });

  it("hog is refused at its limit, and says by whom", () => {
    expect(lines("hog descriptors; hog -l 10 descriptors; hog -l 1000000 data")).to.deep.equal([
      "1021 descriptors, then: Too many open files",
      "7 descriptors, then: Too many open files",
      "983040 bytes, then: Cannot allocate memory",
    ]);
    const [memory = "", data = ""] = lines("ulimit -v 40000; hog memory; hog data");
    expect(memory).to.match(/^\d+ bytes, then: \(os\/kern\) no space available$/);
    expect(data).to.match(/^\d+ bytes, then: Cannot allocate memory$/);
    expect(parseInt(memory, 10)).to.be.within(20 << 20, 40000 << 10);
  });

  it("a shell without descriptors says of what: a file, a redirection's way back, a pipe", () => {
    const script = (last: string): string => `sh -c 'ulimit -n 5; exec 3</etc/motd 4</etc/motd; echo opened; ${last}; echo on' 2>&1; echo $?`;
    expect(lines(script("exec 5</etc/motd"))).to.deep.equal(["opened", "sh: 1: cannot open /etc/motd: Too many open files", "2"]);
    expect(lines(script("echo text >/tmp/x"))).to.deep.equal(["opened", "sh: 1: 1: Invalid argument", "on", "0"]);
    expect(lines(script("echo $(echo inner)"))).to.deep.equal(["opened", "sh: 1: Pipe call failed", "2"]);
    expect(lines(script("echo a | cat"))).to.deep.equal(["opened", "sh: 1: Pipe call failed", "2"]);
  });
});
