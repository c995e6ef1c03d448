import { expect } from "chai";
import fc from "fast-check";
import { MachMsg, MsgOption, type Item } from "../../../mach/ipc/message.ts";
import { MACH_PORT_NULL, MsgType } from "../../../mach/ipc/names.ts";
import { newPort, run } from "../kern/boot-machine.ts";

/** What arrives of an array that is sent out of line from registers and taken into registers. */
function sent(type: number, bits: number, numbers: readonly number[]): unknown {
  let got: unknown;
  run(function* ({ self }) {
    const port = yield* newPort(self);
    const item: Item = { type, bits, number: numbers.length, inline: false, longform: true, dealloc: false, data: numbers };
    const msg = new MachMsg();
    msg.header(port, MsgType.COPY_SEND, MACH_PORT_NULL, 0, 1, [item]);
    msg.option = MsgOption.SEND | MsgOption.RCV;
    msg.rcvName = port;
    msg.take = true;
    yield msg;
    got = msg.items[0]?.data;
  });
  return got;
}

describe("out-of-line arrays", () => {
  it("of 16, 32 and 64 bits keep their numbers, negative and large ones too", () => {
    expect(sent(MsgType.INTEGER_16, 16, [0, -1, 32767, -32768])).to.deep.equal([0, -1, 32767, -32768]);
    expect(sent(MsgType.INTEGER_32, 32, [0, -1, 2147483647])).to.deep.equal([0, -1, 2147483647]);
    expect(sent(MsgType.INTEGER_64, 64, [0, -1, 2 ** 40, Number.MAX_SAFE_INTEGER])).to.deep.equal([0, -1, 2 ** 40, Number.MAX_SAFE_INTEGER]);
  });

  it("of any length arrive whole", () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger(), { maxLength: 600 }), (numbers) => {
        expect(sent(MsgType.INTEGER_64, 64, numbers)).to.deep.equal(numbers);
      }),
      { numRuns: 20 },
    );
  });
});
