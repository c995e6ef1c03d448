import { expect } from "chai";
import { cells, rightTable, type Ask, type Held } from "../../../mach/ipc/right-table.ts";
import { brokenLaws } from "./right-law.ts";

describe("the table of rights", () => {
  it("lets each right travel as the law says", () => {
    expect(brokenLaws()).to.deep.equal([]);
  });

  it("has no cell that could hold another value unnoticed", () => {
    const alive: string[] = [];
    for (const held of Object.keys(rightTable) as Held[]) {
      const row = rightTable[held];
      for (const ask of Object.keys(row) as Ask[]) {
        const real = row[ask];
        for (const cell of cells.filter((c) => c !== real)) {
          row[ask] = cell;
          if (brokenLaws().length === 0) alive.push(`${held} × ${ask}: ${cell}`);
        }
        row[ask] = real;
      }
    }
    expect(alive).to.deep.equal([]);
  });
});
