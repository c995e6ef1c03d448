import { expect } from "chai";
import { diskDevice } from "../../../mach/device/disk.ts";
import { runCommands } from "../../../boot/session.ts";
import { check } from "../../../servers/ext2fs/check.ts";
import { Super, SUPER_AT } from "../../../servers/ext2fs/layout.ts";
import { e2fsck, used } from "./disk.ts";
import { show } from "./tree.ts";

describe("mke2fs", function () {
  this.timeout(60_000);

  it("makes a filesystem of a file, which its owner can mount and use without any privilege", () => {
    const { output } = runCommands({
      user: "guest",
      commands: "cd; mke2fs -E root_owner disk 500; ls -l disk; mkdir m; settrans -a m /hurd/ext2fs disk; ls -ld m; cp /bin/ls m; settrans -c m/h /hurd/hello; settrans -ag m; settrans -a m /hurd/ext2fs disk; ls m; cat m/h; fsysopts m",
    });
    expect(output).to.match(
      /^Creating filesystem with 500 1k blocks and 128 inodes\n-rw-r--r-- 1 guest guest 512000 .* disk\ndrwxr-xr-x 3 guest guest 1024 .* m\nh +lost\+found +ls\nHello, world!\n\/hurd\/ext2fs --writable --relatime disk\n$/,
    );
  });

  it("makes one of a device, whatever it held, without a fault", () => {
    const bytes = new Uint8Array(3 << 20).fill(0xa5);
    const device = diskDevice(bytes);
    const { output } = runCommands({ observe: (machine) => machine.addDevice("hd1", device), commands: "mke2fs -b 2048 -L name -T device hd1 1400" });
    expect(output).to.equal("Creating filesystem with 1400 2k blocks and 704 inodes\n");
    const made = bytes.slice(0, 1400 * 2048);
    expect(check(made)).to.deep.equal([]);
    expect(e2fsck(made) ?? "").to.equal("");
    expect([...show(used(made).store).keys()]).to.deep.equal(["/", "/lost+found"]);
    expect(new TextDecoder().decode(made.subarray(SUPER_AT + Super.VOLUME_NAME, SUPER_AT + Super.VOLUME_NAME + 5))).to.equal("name\0");
  });

  it("says what is wrong in one line", () => {
    const { output, status } = runCommands({ user: "guest", commands: "cd; mke2fs x; mke2fs tiny 10; mke2fs huge 999999999; mke2fs -T device hd1 100; mke2fs -b 5 x" });
    expect(output.split("\n").map((line) => line.replace(/ \[.*/, ""))).to.deep.equal([
      "mke2fs: x: No such file or directory", "mke2fs: tiny: 10240 bytes are too few for a filesystem", "mke2fs: huge: 4095999995904 bytes are too many here", "mke2fs: hd1: Operation not permitted", "Usage: mke2fs", "",
    ]);
    expect(status).to.equal(1);
  });
});
