import { expect } from "chai";
import fc from "fast-check";
import { constrain, Directory, isRefusal } from "../../../lab/cloudabi/flower/directory.ts";
import { flowerAccept, flowerCall } from "../../../lab/cloudabi/flower/client.ts";
import { labels, merge, type Labels } from "../../../lab/cloudabi/flower/labels.ts";
import { FLOWER_RIGHTS, writeConnection, type Answer } from "../../../lab/cloudabi/flower/protocol.ts";
import { rootHandle, Switchboard } from "../../../lab/cloudabi/flower/switchboard.ts";
import { writeMessage } from "../../../lab/cloudabi/libc/stream.ts";
import { read, socketpair, write } from "../../../lab/cloudabi/libc/io.ts";
import { fdClose, threadCreate } from "../../../lab/cloudabi/libc/calls.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { got, Scene } from "./scene.ts";

const none: Labels = new Map();
const hello = new TextEncoder().encode("hello");

/** Runs `body` with a handle that may do everything; the switchboard is another process. */
function withSwitchboard(body: (root: number) => Syscall<void>): Scene {
  const scene = new Scene();
  const [ours, theirs] = scene.pair("switchboard");
  const socket = scene.slots.get(0);
  if (socket === undefined) throw new Error("no socket");
  scene.put(8, ours, socket);
  scene.kernel.start("switchboard", new Map([[0, { ...socket, file: theirs }]]), function* () {
    const switchboard = new Switchboard();
    switchboard.add(0, rootHandle);
    yield* switchboard.serve();
    return 0;
  });
  return scene.run(() => body(8));
}

describe("Flower: labels (cloudabi.md §8)", () => {
  const someLabels = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.constantFrom("1", "2"), { maxKeys: 3 }).map(labels);

  it("merge without conflict is symmetric, and with itself is nothing new", () => {
    fc.assert(fc.property(someLabels, someLabels, (a, b) => {
      const [ab, ba] = [merge(a, b), merge(b, a)];
      expect(ab.conflicts).to.deep.equal(ba.conflicts);
      if (ab.conflicts.length === 0) expect([...ab.merged].sort()).to.deep.equal([...ba.merged].sort());
      expect(merge(a, a)).to.deep.equal({ merged: a, conflicts: [] });
    }));
  });

  it("a constrained handle matches nothing that the handle it came from does not match", () => {
    fc.assert(fc.property(someLabels, someLabels, fc.array(someLabels, { maxLength: 5 }), (out, more, targets) => {
      const directory = new Directory();
      targets.forEach((t, channel) => directory.register({ labels: t, kind: "server", channel }));
      const handle = { ...rootHandle, outLabels: out };
      const derived = constrain(handle, ["LIST"], none, more);
      if (isRefusal(derived)) return;
      const before = directory.matching(handle.outLabels);
      for (const t of directory.matching(derived.outLabels)) expect(before).to.include(t);
    }));
  });

  it("no two targets can be meant by one whole set of labels", () => {
    const directory = new Directory();
    const target = (of: Record<string, string>, channel: number) => directory.register({ labels: labels(of), kind: "server", channel });
    expect(target({ service: "db", tenant: "a" }, 1)).to.equal(undefined);
    expect(target({ service: "db" }, 2)).to.include({ status: "FAILED_PRECONDITION" });
    expect(target({ service: "db", tenant: "b" }, 3)).to.equal(undefined);
    expect(directory.lookUp(labels({ service: "db" }))).to.deep.equal({ status: "FAILED_PRECONDITION", message: 'Labels match multiple targets, which can be resolved by adding one of the labels ["tenant"]' });
    expect(directory.lookUp(labels({ service: "web" }))).to.include({ status: "NOT_FOUND" });
  });
});

describe("Flower: the switchboard (cloudabi.md §8)", () => {
  it("joins a client and a server by labels, with the labels of both in place of addresses", () => {
    let heard = "";
    const seen: Labels[] = [];
    withSwitchboard(function* (root) {
      const server = yield* flowerCall(root, { call: "ServerStart", inLabels: labels({ service: "echo" }) });
      yield* threadCreate(function* () {
        const connection = yield* flowerAccept(server.fd ?? -1);
        seen.push(connection?.labels ?? none);
        yield* write(connection?.fd ?? -1, hello);
      });
      const client = yield* flowerCall(root, { call: "ClientConnect", outLabels: labels({ who: "me" }) });
      seen.push(client.labels ?? none);
      heard = new TextDecoder().decode(got(yield* read(client.fd ?? -1, 10)));
    });
    expect(heard).to.equal("hello");
    expect(seen.map((l) => Object.fromEntries(l))).to.deep.equal([{ service: "echo", who: "me" }, { service: "echo", who: "me" }]);
  });

  it("lets a handle be made that can do less, never more", () => {
    const statuses: string[] = [];
    withSwitchboard(function* (root) {
      const call = function* (fd: number, ...request: Parameters<typeof flowerCall> extends [number, infer R] ? [R] : never): Syscall<Answer> {
        const answer = yield* flowerCall(fd, ...request);
        statuses.push(`${request[0].call} ${answer.status}`);
        return answer;
      };
      const less = yield* call(root, { call: "Constrain", rights: ["CLIENT_CONNECT"], inLabels: none, outLabels: labels({ tenant: "a" }) });
      const fd = less.fd ?? -1;
      yield* call(root, { call: "ServerStart", inLabels: labels({ tenant: "b" }) });
      yield* call(fd, { call: "ClientConnect", outLabels: none });
      yield* call(fd, { call: "ClientConnect", outLabels: labels({ tenant: "b" }) });
      yield* call(fd, { call: "ServerStart", inLabels: none });
      yield* call(fd, { call: "List", outLabels: none });
      yield* call(fd, { call: "Constrain", rights: FLOWER_RIGHTS, inLabels: none, outLabels: none });
      yield* call(root, { call: "ClientConnect", outLabels: labels({ tenant: "b" }) });
    });
    expect(statuses).to.deep.equal([
      "Constrain OK", "ServerStart OK", "ClientConnect NOT_FOUND", "ClientConnect PERMISSION_DENIED", "ServerStart PERMISSION_DENIED", "List PERMISSION_DENIED", "Constrain PERMISSION_DENIED", "ClientConnect OK",
    ]);
  });

  it("hands an ingress's socket to a server, and takes one from an egress, but not one to the other", () => {
    const statuses: string[] = [];
    let heard = "";
    withSwitchboard(function* (root) {
      const server = yield* flowerCall(root, { call: "ServerStart", inLabels: labels({ service: "web" }) });
      const egress = yield* flowerCall(root, { call: "EgressStart", inLabels: labels({ service: "internet" }) });
      const [near, far] = got(yield* socketpair());
      statuses.push((yield* flowerCall(root, { call: "IngressConnect", outLabels: labels({ service: "web" }), fd: far })).status);
      statuses.push((yield* flowerCall(root, { call: "IngressConnect", outLabels: labels({ service: "internet" }), fd: far })).status);
      const connection = yield* flowerAccept(server.fd ?? -1);
      yield* write(connection?.fd ?? -1, hello);
      heard = new TextDecoder().decode(got(yield* read(near, 10)));
      yield* threadCreate(function* () {
        yield* flowerAccept(egress.fd ?? -1);
        yield* writeMessage(egress.fd ?? -1, writeConnection({ labels: none, fd: near }));
      });
      statuses.push((yield* flowerCall(root, { call: "ClientConnect", outLabels: labels({ service: "internet" }) })).status);
    });
    expect([heard, ...statuses]).to.deep.equal(["hello", "OK", "INVALID_ARGUMENT", "OK"]);
  });

  it("forgets a server that has gone", () => {
    const counts: unknown[] = [];
    withSwitchboard(function* (root) {
      const server = yield* flowerCall(root, { call: "ServerStart", inLabels: labels({ service: "x" }) });
      counts.push((yield* flowerCall(root, { call: "List", outLabels: none })).listed?.length);
      yield* fdClose(server.fd ?? -1);
      counts.push((yield* flowerCall(root, { call: "List", outLabels: none })).listed?.length, (yield* flowerCall(root, { call: "ClientConnect", outLabels: none })).status);
    });
    expect(counts).to.deep.equal([1, 0, "NOT_FOUND"]);
  });
});
