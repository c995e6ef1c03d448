/** A message in a few words, for pictures: what a line of rpctrace says, cut short. */
import { showCode, showItems } from "../mach/mig/show.ts";
import { strerror } from "../servers/interfaces/errno.ts";
import type { Interfaces } from "./interfaces.ts";
import { codeOf, type Message } from "./messages.ts";
import type { Names } from "./names.ts";

/** Characters of a string, elements of an array, and characters of it all. */
const STRING = 24;
const ELEMENTS = 4;
const ALL = 72;

const cut = (text: string): string => (text.length > ALL ? `${text.slice(0, ALL - 3)}...` : text);
const items = ({ sent, request }: Message, names: Names): string =>
  showItems(request === undefined ? sent.items : sent.items.slice(1), { size: STRING, elements: ELEMENTS, right: (port) => names.port(port) })
    .replace(/\s+/g, " ")
    .trim();

/** `io_read_request (-1 4096)`, or of an answer `0 "text"`. */
export function briefly(message: Message, { names, interfaces }: { readonly names: Names; readonly interfaces: Interfaces }): string {
  if (message.request !== undefined) return cut(`${showCode(codeOf(message), strerror)} ${items(message, names)}`.trim());
  return cut(`${interfaces.name(message.sent.id)} (${items(message, names)})`);
}
