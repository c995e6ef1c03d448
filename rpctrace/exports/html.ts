/** A page that needs nothing else and asks nothing of any network: the trace as data, and a script to step through it (`../web/page.ts`). */
import { xml } from "../chart/draw.ts";
import { chartOf } from "../chart/model.ts";
import { rightsOf } from "../chart/rights.ts";
import type { View } from "../select.ts";

/** The script, made of `rpctrace/web/` when the commands are built. */
declare const TRACE_PAGE_SCRIPT: string;

const STYLE = `
:root{color-scheme:light}body{margin:0;font:14px system-ui,sans-serif;color:#14213d;background:#f6f7f9}
header{position:sticky;top:0;z-index:1;background:#fff;border-bottom:1px solid #c3c9d2;padding:8px 12px}
h1{font-size:16px;margin:0 0 6px}form,nav{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:4px 0}
input,button{font:inherit;padding:3px 6px}input[type=text]{width:11em}input[type=range]{flex:1;min-width:12em}
button{min-width:2.4em;cursor:pointer}label{display:inline-flex;gap:4px;align-items:center}
main{display:grid;grid-template-columns:minmax(0,3fr) minmax(320px,2fr);gap:10px;padding:10px}
section{background:#fff;border:1px solid #c3c9d2;border-radius:4px;padding:8px;overflow:auto}
h2{font-size:13px;margin:0 0 6px;color:#5b6472;text-transform:uppercase}#chart{grid-row:span 2;max-height:82vh}#chart .row{cursor:pointer}
#graph{max-height:52vh}#message dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 10px;margin:0;font:12px ui-monospace,monospace}dt{color:#5b6472}dd{margin:0;overflow-wrap:anywhere}
@media(max-width:900px){main{grid-template-columns:1fr}}
`.trim();

const BODY = `
<header><h1>Messages</h1>
<form id="filters"><label>Task <input type="text" name="task" placeholder="ls, exec(6)"></label>
<label>Routine <input type="text" name="routine" placeholder="io_read, 20018"></label>
<label>Interface <input type="text" name="interface" placeholder="io, fs"></label>
<label>Port <input type="text" name="port" placeholder="31"></label>
<label>Text <input type="text" name="text"></label>
<label><input type="checkbox" name="errors"> errors only</label></form>
<nav aria-label="Steps"><button id="first" title="First message (Home)">|◀</button><button id="back" title="One back (left arrow)">◀</button>
<button id="forward" title="One forward (right arrow)">▶</button><button id="last" title="Last message (End)">▶|</button>
<input id="slider" type="range" min="0" max="0" value="0" aria-label="Message"><output id="where"></output></nav></header>
<main><section id="chart" aria-label="Sequence chart"></section><section id="graph" aria-label="Ports and who holds rights for them"></section>
<section id="message" aria-live="polite" aria-label="The message"></section></main>
<noscript>This page steps through its messages with a script.</noscript>
`.trim();

/** JSON inside a script element: nothing in it may look like markup. */
const embedded = (value: unknown): string => JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** The whole page. */
export function html(view: View, write: (text: string) => void): void {
  if (typeof TRACE_PAGE_SCRIPT === "undefined") throw new Error("the page's script comes with the command: npm run rpctrace");
  const chart = chartOf(view);
  write('<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">');
  write(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">`);
  write(`<title>${xml(`Trace: ${chart.rows.length} messages, ${chart.lanes.length} lanes`)}</title><style>${STYLE}</style></head><body>\n${BODY}\n`);
  write(`<script type="application/json" id="trace">${embedded({ chart, rights: rightsOf(view) })}</script>\n`);
  write(`<script>${TRACE_PAGE_SCRIPT.replace(/<\/(script)/gi, "<\\/$1")}</script>\n</body></html>\n`);
}
