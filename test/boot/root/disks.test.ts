import { expect } from "chai";
import { diskDevice } from "../../../mach/device/disk.ts";
import { runCommands } from "../../../boot/session.ts";

describe("df", function () {
  this.timeout(60_000);

  it("shows the root and what sits in it, or what files are on", () => {
    const { output } = runCommands({ commands: "mke2fs -q /tmp/d 3000; settrans -ac /tmp/m /hurd/ext2fs /tmp/d; settrans -ac /tmp/t /hurd/tmpfs 1M; df | grep -v rd0; df -i /tmp/m; df /dev/null" });
    expect(output).to.equal(
      [
        "Filesystem     1K-blocks  Used Available Use% Mounted on",
        "/tmp/d              3000   117      2733   5% /tmp/m",
        "1M                  1024     0      1024   0% /tmp/t",
        "Filesystem     Inodes IUsed IFree IUse% Mounted on",
        "/tmp/d            752    11   741    2% /tmp/m",
        "Filesystem     1K-blocks  Used Available Use% Mounted on",
        "-                      0     0         0    - /dev/null",
        "",
      ].join("\n"),
    );
  });

  it("shows only the root to who may not ask it what sits in it, and complains of what is not there", () => {
    const { output, status } = runCommands({ user: "guest", commands: "df / | tail -n +2 | cut -c 1-10; df | wc -l; df /nosuch" });
    expect(output).to.match(/^device:rd0\n2\ndf: \/nosuch: No such file or directory\n$/);
    expect(status).to.equal(1);
  });
});

describe("sync", function () {
  this.timeout(60_000);

  it("has what is kept back written: of all filesystems, of a file, of a file's filesystem", () => {
    for (const sync of ["sync", "sync /tmp/m/kept-back", "sync -f /tmp/m"]) {
      const disk = new Uint8Array(1 << 20);
      const seen: boolean[] = [];
      const device = diskDevice(disk);
      const commands = `mke2fs -q -T device hd1; settrans -ac /tmp/m /hurd/ext2fs -T device hd1; echo > /tmp/m/kept-back; read a; ${sync}; read a`;
      const has = (): boolean => Buffer.from(disk).includes("kept-back");
      const { output } = runCommands({
        commands,
        input: "one\ntwo\n",
        observe: (machine) => {
          machine.addDevice("hd1", device);
          const input = machine.console.input.bind(machine.console);
          machine.console.input = (bytes) => {
            seen.push(has());
            input(bytes);
          };
        },
      });
      expect([output, seen]).to.deep.equal(["", [false, true]]);
    }
  });

  it("says what cannot be opened, and does the rest", () => {
    const { output, status } = runCommands({ commands: "sync /nosuch /etc/motd" });
    expect([output, status]).to.deep.equal(["sync: error opening '/nosuch': No such file or directory\n", 1]);
  });
});
