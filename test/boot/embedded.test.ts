import { expect } from "chai";
import { makeRamdisks, ramdiskWith, requestFile } from "../../boot/embedded.ts";
import { rootTree } from "../../boot/image.ts";
import { encodeRamdisk } from "../../servers/tmpfs/ramdisk.ts";
import { Session } from "../../boot/session.ts";

describe("ramdisks made ahead", () => {
  const made = makeRamdisks();

  it("are byte for byte those that would be made at the start", () => {
    expect(Buffer.from(ramdiskWith(made, undefined)).equals(encodeRamdisk(rootTree()))).to.equal(true);
  });

  it("hold requests of every length as they would be encoded", () => {
    for (const length of [0, 1, 23, 24, 255, 256, 65_535, 65_536, 100_000]) {
      const request = "€".repeat(Math.floor(length / 3)) + "x".repeat(length % 3);
      const encoded = encodeRamdisk(rootTree({ etc: [requestFile(request)] }));
      expect(Buffer.from(ramdiskWith(made, request)).equals(encoded), `${length} bytes`).to.equal(true);
    }
  });

  it("boot, and more programs than they hold are not lost", () => {
    const shown = (programs: readonly (readonly [string, () => Generator<never, number, number>])[]): string => {
      let text = "";
      const session = new Session({ embedded: made, programs, run: { user: "root", commands: "true; extra" } }, (bytes) => (text += Buffer.from(bytes).toString()));
      session.run();
      return `${text.replace(/\r/g, "")}${session.status}`;
    };
    expect(shown([])).to.match(/not found\n127$/);
    const extra = function* () {
      return 7;
    };
    expect(shown([["/bin/extra", extra]])).to.equal("7");
  });
});
