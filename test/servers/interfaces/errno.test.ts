import { expect } from "chai";
import { Errno, errnoName, strerror } from "../../../servers/interfaces/errno.ts";
import { Kern, Mig, Msg } from "../../../mach/kern/kern-return.ts";

describe("errors", () => {
  it("are 0x40000000 and the number, as they were recorded", () => {
    expect([Errno.ENOENT, Errno.EOPNOTSUPP, Errno.EBACKGROUND]).to.deep.equal([0x40000002, 0x4000002d, 0x40000064]);
  });

  it("have the texts that a real Hurd printed", () => {
    const recorded: readonly (readonly [number, string])[] = [
      [0x3, "(os/kern) no space available"],
      [0xf, "(os/kern) invalid name"],
      [0xfffffed1, "(ipc/mig) bad request message ID"],
      [0xfffffed0, "(ipc/mig) server type check failure"],
      [0xfffffed4, "(ipc/mig) client type check failure"],
      [0xfffffecc, "(ipc/mig) server died"],
      [0x10000003, "(ipc/send) invalid destination port"],
      [0x10004003, "(ipc/rcv) timed out"],
      [0x40000002, "No such file or directory"],
      [0, "Success"],
    ];
    for (const [code, text] of recorded) expect(strerror(code)).to.equal(text);
    expect(strerror(-303)).to.equal("(ipc/mig) bad request message ID");
  });

  it("all have one, and a symbol", () => {
    for (const code of [...Object.values(Errno), ...Object.values(Kern), ...Object.values(Mig)]) expect(strerror(code)).not.to.include("Unknown");
    expect(errnoName(Msg.RCV_TOO_LARGE)).to.include("TOO_LARGE");
    expect(strerror(0x400000ff)).to.include("Unknown error");
  });
});
