/** E19: finding servers by labels on a constrained handle, and by addresses that everybody can say. */
import { Machine } from "../../mach/kern/machine.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { AddressBook, Directory } from "../cloudabi/flower/directory.ts";
import { flowerAccept, flowerCall } from "../cloudabi/flower/client.ts";
import { labels, type Labels } from "../cloudabi/flower/labels.ts";
import { rootHandle, Switchboard } from "../cloudabi/flower/switchboard.ts";
import { CloudAbiKernel } from "../cloudabi/kernel/kernel.ts";
import { socketPair } from "../cloudabi/kernel/sockets.ts";
import { exiting, fdClose, fdRead, fdWrite, sockRecv, sockSend, threadCreate } from "../cloudabi/libc/calls.ts";
import type { Slot } from "../cloudabi/kernel/table.ts";
import { FileType, typeRights } from "../cloudabi/rights.ts";
import type { Conclusion, Experiment, Line, Outcome, Point } from "../model/experiment.ts";

const TENANTS = ["a", "b"];
const SERVICES = ["db", "web"];
const SERVERS = TENANTS.flatMap((tenant) => SERVICES.map((service) => ({ tenant, service })));
const none: Labels = new Map();

/** What P's handle says of it. */
const CONSTRAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = { none: {}, tenant: { tenant: "a" }, "tenant+service": { tenant: "a", service: "db" } };

interface Counts {
  reach: number;
  deputyHits: number;
  misdirected: number;
  refused: number;
  ambiguous: number;
}

/** A server that says its name to whoever connects. Answers whether it could be registered. */
function* serve(root: number, of: Readonly<Record<string, string>>, name: string): Syscall<boolean> {
  const started = yield* flowerCall(root, { call: "ServerStart", inLabels: labels(of) });
  const { fd } = started;
  if (fd === undefined) return false;
  yield* threadCreate(function* () {
    for (let c = yield* flowerAccept(fd); c?.fd !== undefined; c = yield* flowerAccept(fd)) {
      yield* fdWrite(c.fd, new TextEncoder().encode(name));
      yield* fdClose(c.fd);
    }
  });
  return true;
}

/** Connects on `handle`: the name of the server that answers, or the status of a refusal. */
function* connect(handle: number, out: Readonly<Record<string, string>>): Syscall<string> {
  const { fd, status } = yield* flowerCall(handle, { call: "ClientConnect", outLabels: labels(out) });
  if (fd === undefined) return status;
  const said = yield* fdRead(fd, 20);
  yield* fdClose(fd);
  return said.err === 0 ? new TextDecoder().decode(said.value) : "silence";
}

const nameOf = ({ tenant, service }: { readonly tenant: string; readonly service: string }): string => `${tenant}/${service}`;

type Server = (typeof SERVERS)[number];

/** What the deputy is asked for: a server by name; whose authority it uses says whether a handle comes along. */
const asked = (server: Server): Uint8Array => new TextEncoder().encode(`${server.tenant} ${server.service}`);

/** The deputy, who holds the root handle: registers the servers, gives P its handle, and connects on P's word, by the handle that comes along or by its own. Answers are the name of the server, or why there is none. */
function* deputy(point: Point, counts: Counts): Syscall<number> {
  const [root, link] = [0, 1];
  for (const server of SERVERS) yield* serve(root, server, nameOf(server));
  if (point["servers"] === "shared" && !(yield* serve(root, { tenant: "a", service: "db" }, "impostor"))) counts.refused++;
  const outLabels = labels(point["names"] === "labels" ? (CONSTRAINTS[String(point["constraint"])] ?? {}) : {});
  const made = yield* flowerCall(root, { call: "Constrain", rights: ["CLIENT_CONNECT"], inLabels: none, outLabels });
  yield* sockSend(link, Uint8Array.of(0), [made.fd ?? -1]);
  for (;;) {
    const request = yield* sockRecv(link, 100, 1);
    if (request.err !== 0 || request.value.data.length === 0) return 0;
    const [tenant = "", service = ""] = new TextDecoder().decode(request.value.data).split(" ");
    const [handle] = request.value.fds;
    yield* fdWrite(link, new TextEncoder().encode(yield* connect(handle ?? root, { tenant, service })));
    if (handle !== undefined) yield* fdClose(handle);
  }
}

/** P, of tenant a, holds a link to the deputy and gets its handle over it. It tries each server itself and by the deputy: by name where names are addresses, else with its handle. */
function* client(byName: boolean, counts: Counts): Syscall<number> {
  const got = yield* sockRecv(0, 1, 1);
  const handle = got.err === 0 ? (got.value.fds[0] ?? -1) : -1;
  for (const server of SERVERS) {
    const answered = yield* connect(handle, server);
    if (answered === nameOf(server)) counts.reach++;
    if (answered === "impostor") counts.misdirected++;
    yield* sockSend(0, asked(server), byName ? [] : [handle]);
    const said = yield* fdRead(0, 100);
    if (server.tenant !== "a" && said.err === 0 && new TextDecoder().decode(said.value) === nameOf(server)) counts.deputyHits++;
  }
  if ((yield* connect(handle, {})) === "FAILED_PRECONDITION") counts.ambiguous++;
  return 0;
}

function run(point: Point, seed: number): Outcome {
  const machine = new Machine({ instructions: new Map(), seed });
  const kernel = new CloudAbiKernel(machine);
  const counts: Counts = { reach: 0, deputyHits: 0, misdirected: 0, refused: 0, ambiguous: 0 };
  const byName = point["names"] === "addresses";
  const pair = (...names: readonly [string, string]): readonly Slot[] =>
    socketPair(FileType.SOCKET_STREAM, names, machine, () => kernel.changes.wakeAll()).map((file) => ({ file, ...typeRights[FileType.SOCKET_STREAM] }));
  const [root, theirs] = pair("root handle", "switchboard");
  const [toP, toDeputy] = pair("link to P", "link to the deputy");
  const table = (...slots: readonly (Slot | undefined)[]): ReadonlyMap<number, Slot> => new Map(slots.flatMap((slot, fd) => (slot === undefined ? [] : [[fd, slot] as const])));
  kernel.start("switchboard", table(theirs), exiting(function* () {
    const board = new Switchboard(byName ? new AddressBook() : new Directory());
    board.add(0, rootHandle);
    yield* board.serve();
    return 0;
  }));
  kernel.start("deputy", table(root, toP), exiting(() => deputy(point, counts)));
  kernel.start("P", table(toDeputy), exiting(() => client(byName, counts)));
  machine.run();
  return { dv: { ...counts } };
}

/** What comparison.md expects of a line. */
function fits({ iv, dv }: Line): boolean {
  const shared = iv["servers"] === "shared";
  if (iv["names"] === "addresses") return dv["reach"] === (shared ? 3 : 4) && dv["deputyHits"] === 2 && dv["misdirected"] === (shared ? 1 : 0) && dv["refused"] === 0;
  const reach = { none: 4, tenant: 2, "tenant+service": 1 }[String(iv["constraint"])];
  return dv["reach"] === reach && dv["deputyHits"] === (iv["constraint"] === "none" ? 2 : 0) && dv["misdirected"] === 0 && dv["refused"] === (shared ? 1 : 0);
}

function conclude(lines: readonly Line[]): Conclusion {
  const off = lines.filter((l) => !fits(l));
  const at = (constraint: string): string => String(lines.find((l) => l.iv["names"] === "labels" && l.iv["constraint"] === constraint)?.dv["reach"] ?? "?");
  return {
    asExpected: off.length === 0,
    text: [
      `Of ${SERVERS.length} servers, P reaches all by addresses; by labels ${at("none")} on an unconstrained handle, ${at("tenant")} when it says the tenant, ${at("tenant+service")} when it says the service too.`,
      "A deputy that is given a name uses its own authority, and reaches the other tenant's servers for P; one that is given P's handle reaches what P reaches.",
      "A second server under the same labels is refused when it registers, where an address is taken over; a handle that leaves several servers open is told by which label to choose.",
      ...(off.length > 0 ? [`Not as expected: ${off.map((l) => JSON.stringify({ ...l.iv, ...l.dv })).join("; ")}.`] : []),
    ].join(" "),
  };
}

export const experiment: Experiment = {
  name: "e19-flower",
  title: "Label switchboard versus addresses",
  question: "What does a program reach by a constrained handle of the switchboard, against names that everybody can say, and who can be confused?",
  setUp: "Two tenants with two services each are registered. P, of tenant a, tries each of them itself, and by a deputy with all authority that acts for it. An impostor may register under a name that is taken.",
  independent: [
    { name: "names", what: "addresses: one name space for all; labels: handles of the switchboard", values: ["addresses", "labels"] },
    { name: "constraint", what: "labels that P's handle carries", values: Object.keys(CONSTRAINTS) },
    { name: "servers", what: "shared: an impostor claims the labels of tenant a's database", values: ["distinct", "shared"] },
  ],
  dependent: [
    { name: "reach", what: "servers that P reaches itself" },
    { name: "deputyHits", what: "the other tenant's servers that the deputy reaches on P's word" },
    { name: "misdirected", what: "P's connections that land at the impostor" },
    { name: "refused", what: "registrations refused as conflicting" },
    { name: "ambiguous", what: "connections refused because several servers match" },
  ],
  expected: "Reach is limited to the constrained handle; conflicts are detected when servers register and when clients connect.",
  plot: { mark: "bar", x: "constraint", y: "reach", colour: "names", facet: "names" },
  run,
  sensible: (point) => point["names"] === "labels" || point["constraint"] === "none",
  conclude,
};
