import { expect } from "chai";
import { searched } from "../../bench/peers/spin.ts";

const output = `
State-vector 80 byte, depth reached 2502, errors: 0
  1042805 states, stored
   800800 states, matched
  1843605 transitions (= stored+matched)
pan: elapsed time 1.38 seconds
0m0.000000s 0m0.000000s
0m1.620000s 1m0.130000s
`;

describe("what spin's checker prints", () => {
  it("gives the states that were stored, and all time of the processor that the shell has counted", () => {
    expect(searched(output)).to.deep.equal({ states: 1042805, seconds: 61.75 });
  });
  it("is no figure when the search ended early: an error, a depth that was not enough, nothing at all", () => {
    expect(searched(output.replace("errors: 0", "errors: 1"))).to.equal(undefined);
    expect(searched(`${output}\nerror: max search depth too small`)).to.equal(undefined);
    expect(searched("")).to.equal(undefined);
  });
});
