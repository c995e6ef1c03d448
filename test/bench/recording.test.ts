import { expect } from "chai";
import { recording } from "../../bench/recording.ts";

describe("the bench of recording", () => {
  it("gives a time for every way to watch, and sizes that add up", () => {
    const figures = recording({ runs: 1, commands: "echo one" });
    for (const { milliseconds, ratio } of Object.values(figures.watches)) expect(Math.min(milliseconds, ratio)).to.be.above(0);
    expect(figures.watches.nobody.ratio).to.equal(1);
    expect(Object.values(figures.kinds).reduce((sum, { bytes }) => sum + bytes, 0)).to.equal(figures.bytes);
    expect(figures.messages).to.equal(figures.kinds["message-sent"]?.count);
    expect(figures.messages).to.be.above(1000);
    expect(figures.bytesPerMessage).to.be.within(20, 400);
    expect(figures.traceBytesPerMessage).to.be.above(figures.bytesPerMessage);
  }).timeout(60_000);
});
