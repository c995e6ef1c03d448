import { expect } from "chai";
import { MachMsg, MsgOption, type Item } from "../../../mach/ipc/message.ts";
import { MsgType, MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { Mig, Msg } from "../../../mach/kern/kern-return.ts";
import { mach_reply_port, type Syscall } from "../../../mach/kern/syscall.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { ioCall } from "../../../servers/interfaces/io.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { probed } from "../probe.ts";

const word = (type: number, data: number): Item => ({ type, bits: 32, number: 1, inline: true, longform: false, dealloc: false, data });

/** Sends a notification of our own making, with a reply port; the code that comes back. */
function* forge(port: MachPort, id: number, items: readonly Item[]): Syscall<number> {
  const msg = new MachMsg();
  const reply = yield* mach_reply_port();
  msg.header(port, MsgType.COPY_SEND, reply, MsgType.MAKE_SEND_ONCE, id, items);
  msg.option = MsgOption.SEND | MsgOption.RCV;
  msg.rcvName = reply;
  const code = yield msg;
  if (code !== Msg.SUCCESS) return code;
  expect(msg.id).to.equal(id + 100);
  return Number(msg.items[0]?.data);
}

/** The probe's list: id, body, what the real servers answered (recorded p-notify). */
const forgeries: readonly (readonly [number, readonly Item[], number])[] = [
  [64, [word(MsgType.PORT_NAME, 1)], Mig.BAD_ID],
  [65, [word(MsgType.PORT_NAME, 1)], Errno.EOPNOTSUPP],
  [66, [word(MsgType.PORT_NAME, 1)], Errno.EOPNOTSUPP],
  [67, [word(MsgType.PORT_NAME, 1)], Mig.BAD_ID],
  [68, [word(MsgType.PORT_NAME, 1)], Mig.BAD_ID],
  [69, [word(MsgType.PORT_NAME, 1)], Mig.BAD_ARGUMENTS],
  [70, [word(MsgType.INTEGER_32, 100)], Errno.EAGAIN],
  [71, [], Errno.EOPNOTSUPP],
  [72, [word(MsgType.PORT_NAME, 1)], Errno.EOPNOTSUPP],
  [9999, [], Mig.BAD_ID],
];

describe("forged notifications", () => {
  for (const server of ["filesystem", "auth", "proc", "exec"] as const) {
    it(`are answered by ${server} as recorded, and do no harm`, () => {
      const got = probed(function* (libc) {
        const exec = yield* libc.file_name_lookup("/servers/exec", 0);
        const port = { filesystem: libc.ports.crdir, auth: libc.ports.auth, proc: libc.ports.proc, exec }[server];
        const answers: number[] = [];
        for (const [id, items] of forgeries) answers.push(yield* forge(port, id, items));
        for (let i = 0; i < 50; i++) yield* forge(port, 72, [word(MsgType.PORT_NAME, i)]);
        const alive = [
          (yield* ioCall.io_get_openmodes(libc.ports.crdir, {})).err,
          (yield* authCall.auth_getids(libc.ports.auth, {})).err,
          (yield* procCall.proc_getpids(libc.ports.proc, {})).err,
          (yield* ioCall.io_get_openmodes(exec, {})).err,
        ];
        return { answers, alive };
      });
      expect(got.answers).to.deep.equal(forgeries.map(([, , answer]) => answer));
      expect(got.alive).to.deep.equal([0, 0, 0, 0]);
    });
  }

  it("of new tasks are not believed", () => {
    const got = probed(function* (libc) {
      const task = word(MsgType.COPY_SEND, MACH_PORT_NULL);
      return yield* forge(libc.ports.proc, 4400, [task, task]);
    });
    expect(got).to.equal(Errno.EOPNOTSUPP);
  });
});
