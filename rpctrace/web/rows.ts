/** Which rows of a chart the page shows. */
import type { Chart, Row } from "../chart/model.ts";

/** What stands in the filter boxes: words apart by commas or blanks, of which any will do; what is empty asks nothing. */
export interface Boxes {
  readonly task: string;
  readonly routine: string;
  readonly interface: string;
  readonly port: string;
  readonly text: string;
  readonly errors: boolean;
}

const words = (box: string): readonly string[] => box.split(/[\s,]+/).filter((w) => w !== "");

/** A lane by its name, with or without its number, or by its number. */
const isLane = (id: string, name: string, word: string): boolean => name === word || id === `t${word}` || name.replace(/\(\d+\)$/, "") === word;

/** The calls that the boxes ask for, with their answers, in order. */
export function chosenRows({ lanes, rows }: Chart, boxes: Boxes): readonly Row[] {
  const names = new Map(lanes.map(({ id, name }) => [id, name]));
  const byEvent = new Map(rows.map((row) => [row.event, row]));
  const any = (box: string, holds: (word: string) => boolean): boolean => words(box).length === 0 || words(box).some(holds);
  const holds = (row: Row): boolean =>
    any(boxes.task, (w) => [row.from, row.to].some((id) => isLane(id, names.get(id) ?? "", w))) &&
    any(boxes.routine, (w) => row.routine === w || row.routine === `${w}_request`) &&
    any(boxes.interface, (w) => row.subsystem === w) &&
    any(boxes.port, (w) => row.port === w || String(row.portNumber) === w) &&
    (boxes.text === "" || row.text.includes(boxes.text)) &&
    (!boxes.errors || row.failed);
  const call = (row: Row): Row => (row.kind === "answer" ? (byEvent.get(row.pair) ?? row) : row);
  return rows.filter((row) => holds(call(row)));
}
