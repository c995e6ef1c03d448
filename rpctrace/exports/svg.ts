/** A sequence chart as one SVG file, which needs nothing else. */
import { drawChart } from "../chart/draw.ts";
import { chartOf } from "../chart/model.ts";
import type { View } from "../select.ts";

/** The whole picture. */
export function svg(view: View, write: (text: string) => void): void {
  write(`<?xml version="1.0" encoding="UTF-8"?>\n${drawChart(chartOf(view))}\n`);
}
