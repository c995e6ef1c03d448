import { expect } from "chai";
import fc from "fast-check";
import { Discipline } from "../../../servers/term/discipline.ts";
import { Iflag, Lflag, Oflag } from "../../../servers/interfaces/termios.ts";
import { SIGINFO, SIGINT, SIGQUIT, SIGTSTP } from "../../../servers/interfaces/signals.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const text = (data: Uint8Array): string => String.fromCharCode(...data);
const hex = (data: Uint8Array): string => [...data].map((b) => b.toString(16).padStart(2, "0")).join(" ");

/** A discipline, and what each typed text makes it show. */
function typing(change?: (d: Discipline) => void): { d: Discipline; type: (s: string) => string; read: (n?: number) => string } {
  const d = new Discipline();
  change?.(d);
  return {
    d,
    type: (s) => {
      d.type(bytes(s));
      return text(d.output.take());
    },
    read: (n = 64) => text(d.read(n).data),
  };
}
const without = (d: Discipline, flags: { iflag?: number; oflag?: number; lflag?: number }): void =>
  d.setModes({
    ...d.modes,
    iflag: d.modes.iflag & ~(flags.iflag ?? 0),
    oflag: d.modes.oflag & ~(flags.oflag ?? 0),
    lflag: (d.modes.lflag & ~(flags.lflag ?? 0)) >>> 0,
  });

describe("the line discipline on the recorded keys (probes/term-pty.txt)", () => {
  it("echoes, signals and counts as a real terminal did, key after key", () => {
    const d = new Discipline();
    const key = (byte: number): string => {
      const signals = d.type(Uint8Array.of(byte));
      return `${signals.join()} / ${hex(d.output.take())} / ${d.readable}`;
    };
    expect(key(3)).to.equal(`${SIGINT} / 5e 43 / 0`);
    expect(key(0x1c)).to.equal(`${SIGQUIT} / 5e 5c / 0`);
    expect(key(0x1a)).to.equal(`${SIGTSTP} / 5e 5a / 0`);
    expect(key(0x19)).to.equal(" / 5e 59 / 0");
    expect(key(0x14)).to.equal(`${SIGINFO} /  / 0`);
    expect(key(0x61)).to.equal(" / 61 / 0");
    expect(key(4)).to.equal(" / 5e 44 08 08 / 3");
    expect(key(0x16)).to.equal(" / 5e 08 / 3");
    expect(key(0x0a)).to.equal(" / 5e 4a / 3");
    expect(d.read(64).data).to.have.length(1);
    expect(d.read(64).data).to.have.length(1);
  });
  it("puts a carriage return before each newline: x\\ny\\n is 78 0d 0a 79 0d 0a", () => {
    const d = new Discipline();
    expect(d.write(bytes("x\ny\n"))).to.equal(4);
    expect(hex(d.output.take())).to.equal("78 0d 0a 79 0d 0a");
  });
});

describe("canonical input", () => {
  it("waits for a whole line, and gives one line a read", () => {
    const { d, type, read } = typing();
    type("ab");
    expect(d.canRead(1)).to.equal(false);
    type("c\nde\n");
    expect(read()).to.equal("abc\n");
    expect(read()).to.equal("de\n");
    expect(d.canRead(1)).to.equal(false);
  });
  it("makes of ^D the end of the file on an empty line, and else ends the line without a newline", () => {
    const { d, type, read } = typing();
    type("\x04");
    expect(d.canRead(1)).to.equal(true);
    expect(read()).to.equal("");
    type("ab\x04");
    expect(read()).to.equal("ab");
  });
  it("keeps the rest of a line that was read in part", () => {
    const { type, read } = typing();
    type("hello\n");
    expect(read(2)).to.equal("he");
    expect(read()).to.equal("llo\n");
  });
  it("takes the carriage return of the keyboard for a newline", () => {
    const { type, read } = typing();
    expect(type("a\r")).to.equal("a\r\n");
    expect(read()).to.equal("a\n");
  });
  it("rubs out a character, a word and the line", () => {
    const { type, read } = typing();
    expect(type("ab\x7f")).to.equal("ab\b \b");
    expect(type("c foo \x17")).to.equal("c foo " + "\b \b".repeat(4));
    expect(type("d\x15")).to.equal("d" + "\b \b".repeat(4));
    type("ok\n");
    expect(read()).to.equal("ok\n");
  });
  it("goes back over a tab to where it began", () => {
    const { type } = typing();
    expect(type("a\t")).to.equal("a       ");
    expect(type("\x7f")).to.equal("\b".repeat(7));
  });
  it("rubs a control character out as the two that it shows", () => {
    expect(typing().type("\x01\x7f")).to.equal("^A" + "\b \b".repeat(2));
  });
  it("shows the line again on ^R", () => {
    expect(typing().type("ab\x12")).to.equal("ab^R\r\nab");
  });
  it("takes any character after ^V as itself", () => {
    const { type, read } = typing();
    type("\x16\x03\x16\x7f\n");
    expect(read()).to.equal("\x03\x7f\n");
  });
  it("shows nothing without ECHO, but the newline with ECHONL", () => {
    const quiet = typing((d) => without(d, { lflag: Lflag.ECHO }));
    expect(quiet.type("secret\n")).to.equal("");
    quiet.d.setModes({ ...quiet.d.modes, lflag: quiet.d.modes.lflag | Lflag.ECHONL });
    expect(quiet.type("secret\n")).to.equal("\r\n");
  });
});

describe("control characters", () => {
  it("^C throws typed input away, unless NOFLSH", () => {
    const { d, type, read } = typing();
    type("ab\ncd\x03x\n");
    expect(read()).to.equal("x\n");
    d.setModes({ ...d.modes, lflag: (d.modes.lflag | Lflag.NOFLSH) >>> 0 });
    type("ab\x03x\n");
    expect(read()).to.equal("abx\n");
  });
  it("^S holds output back until ^Q, or with IXANY any key", () => {
    const { d, type } = typing((t) => without(t, { iflag: Iflag.IXANY }));
    type("\x13");
    d.write(bytes("held"));
    expect(type("a")).to.equal("");
    expect(type("\x11")).to.equal("helda");
    const any = typing();
    any.type("\x13");
    any.d.write(bytes("held"));
    expect(any.type("a")).to.equal("helda");
  });
  it("^O drops output until the next ^O", () => {
    const { d, type } = typing();
    expect(type("\x0f")).to.equal("^O");
    d.write(bytes("lost"));
    expect(text(d.output.take())).to.equal("");
    type("\x0f");
    d.write(bytes("seen"));
    expect(text(d.output.take())).to.equal("seen");
  });
  it("mean nothing in raw mode", () => {
    const raw = typing((d) => without(d, { lflag: Lflag.ICANON | Lflag.ISIG | Lflag.ECHO | Lflag.IEXTEN, iflag: 0xffff, oflag: Oflag.OPOST }));
    expect(raw.d.type(Uint8Array.of(3, 4, 13, 0x13, 0x7f))).to.deep.equal([]);
    expect(raw.read()).to.equal("\x03\x04\r\x13\x7f");
  });
  it("give the line being edited to readers when canonical mode ends", () => {
    const { d, type, read } = typing();
    type("part");
    without(d, { lflag: Lflag.ICANON });
    expect(read()).to.equal("part");
  });
});

describe("the line discipline on anything", () => {
  const keys = fc.uint8Array({ maxLength: 300 });
  it("gives raw input back byte for byte", () => {
    fc.assert(
      fc.property(keys, (typed) => {
        const { d } = typing((t) => without(t, { lflag: 0xffffffff, iflag: 0xffff }));
        d.type(typed);
        expect(d.read(1000).data).to.deep.equal(typed);
      }),
    );
  });
  it("gives unprocessed output back byte for byte", () => {
    fc.assert(
      fc.property(keys, (written) => {
        const { d } = typing((t) => without(t, { oflag: Oflag.OPOST }));
        d.write(written);
        expect(d.output.take()).to.deep.equal(written);
      }),
    );
  });
  it("never gives a reader more than was typed, and no more than one line at a time", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(3, 4, 8, 10, 13, 17, 19, 21, 22, 23, 24, 26, 127), fc.integer({ min: 32, max: 126 })), { maxLength: 200 }), (typed) => {
        const { d } = typing();
        d.type(Uint8Array.from(typed));
        let total = 0;
        for (let left = d.readable; left > 0; left = d.readable) {
          const { data } = d.read(1000);
          total += data.length;
          const breaks = [...data.subarray(0, -1)].filter((b) => b === 10).length;
          expect(d.readable).to.be.below(left);
          expect(breaks <= typed.filter((b) => b === 22).length).to.equal(true);
        }
        expect(total).to.be.at.most(typed.length);
      }),
    );
  });
  it("erasing all that was typed leaves the cursor where it began", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(1, 9, 32, 65, 97, 104), { maxLength: 40 }), (typed) => {
        const { d } = typing();
        d.write(bytes("$ "));
        d.type(Uint8Array.from([...typed, ...typed.map(() => 127)]));
        expect(d.output.column).to.equal(2);
      }),
    );
  });
});
