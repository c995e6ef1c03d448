/** What is said on a connection to the switchboard: a map a request, a map an answer, framed as argument data. */
import { getFd, getStr } from "../argdata/get.ts";
import { collect, iterateSeq, lookUp } from "../argdata/iterate.ts";
import { fd as fdNode, map, seq, text, type Argdata } from "../argdata/node.ts";
import { labelsFrom, labelsNode, type Labels } from "./labels.ts";

/** Calls that a handle may be allowed. */
export const FLOWER_RIGHTS = ["CLIENT_CONNECT", "EGRESS_START", "INGRESS_CONNECT", "LIST", "SERVER_START"] as const;
export type FlowerRight = (typeof FLOWER_RIGHTS)[number];

export type Request =
  | { readonly call: "Constrain"; readonly rights: readonly FlowerRight[]; readonly inLabels: Labels; readonly outLabels: Labels }
  | { readonly call: "ClientConnect" | "List"; readonly outLabels: Labels }
  | { readonly call: "IngressConnect"; readonly outLabels: Labels; readonly fd: number }
  | { readonly call: "ServerStart" | "EgressStart"; readonly inLabels: Labels };

/** How a call went; upstream's names. */
export type Status = "OK" | "PERMISSION_DENIED" | "NOT_FOUND" | "FAILED_PRECONDITION" | "INVALID_ARGUMENT" | "UNAVAILABLE";

export interface Answer {
  readonly status: Status;
  readonly message?: string;
  /** A handle, a server's end, or the channel on which connections come. */
  readonly fd?: number;
  /** Labels of client and server together. */
  readonly labels?: Labels;
  readonly listed?: readonly Labels[];
}

const stringAt = (ad: Argdata, key: string): string | undefined => {
  const node = lookUp(ad, key);
  const got = node === undefined ? undefined : getStr(node);
  return got?.err === 0 ? got.value : undefined;
};
const fdAt = (ad: Argdata, key: string): number | undefined => {
  const node = lookUp(ad, key);
  const got = node === undefined ? undefined : getFd(node);
  return got?.err === 0 ? got.value : undefined;
};
const elements = (ad: Argdata, key: string): readonly Argdata[] => {
  const node = lookUp(ad, key);
  return node === undefined ? [] : collect(iterateSeq(node)).elements;
};
const fdEntry = (fd: number | undefined): readonly (readonly [Argdata, Argdata])[] => {
  const node = fd === undefined ? undefined : fdNode(fd);
  return node?.err === 0 ? [[text("fd"), node.value]] : [];
};

export function writeRequest(request: Request): Argdata {
  return map([
    [text("call"), text(request.call)],
    ...("rights" in request ? [[text("rights"), seq(request.rights.map(text))] as const] : []),
    ...("inLabels" in request ? [[text("in_labels"), labelsNode(request.inLabels)] as const] : []),
    ...("outLabels" in request ? [[text("out_labels"), labelsNode(request.outLabels)] as const] : []),
    ...fdEntry("fd" in request ? request.fd : undefined),
  ]);
}

/** Undefined: no request that we know. */
export function readRequest(ad: Argdata): Request | undefined {
  const inLabels = labelsFrom(lookUp(ad, "in_labels"));
  const outLabels = labelsFrom(lookUp(ad, "out_labels"));
  const call = stringAt(ad, "call");
  switch (call) {
    case "Constrain": {
      const named = elements(ad, "rights").map((r) => getStr(r));
      return { call, rights: FLOWER_RIGHTS.filter((right) => named.some((n) => n.err === 0 && n.value === right)), inLabels, outLabels };
    }
    case "ClientConnect":
    case "List":
      return { call, outLabels };
    case "IngressConnect": {
      const fd = fdAt(ad, "fd");
      return fd === undefined ? undefined : { call, outLabels, fd };
    }
    case "ServerStart":
    case "EgressStart":
      return { call, inLabels };
    default:
      return undefined;
  }
}

export const writeAnswer = ({ status, message, fd, labels, listed }: Answer): Argdata =>
  map([
    [text("status"), text(status)],
    ...(message === undefined ? [] : [[text("message"), text(message)] as const]),
    ...fdEntry(fd),
    ...(labels === undefined ? [] : [[text("connection_labels"), labelsNode(labels)] as const]),
    ...(listed === undefined ? [] : [[text("targets"), seq(listed.map(labelsNode))] as const]),
  ]);

export function readAnswer(ad: Argdata): Answer {
  const [message, fd] = [stringAt(ad, "message"), fdAt(ad, "fd")];
  return {
    status: (stringAt(ad, "status") ?? "UNAVAILABLE") as Status,
    ...(message === undefined ? {} : { message }),
    ...(fd === undefined ? {} : { fd }),
    labels: labelsFrom(lookUp(ad, "connection_labels")),
    listed: elements(ad, "targets").map(labelsFrom),
  };
}

/** What a server or an egress hears on its channel: who connects, and by which socket (an egress gives one in its answer). */
export interface Connection {
  readonly labels: Labels;
  readonly fd: number | undefined;
}
export const writeConnection = ({ labels, fd }: Connection): Argdata => map([[text("connection_labels"), labelsNode(labels)], ...fdEntry(fd)]);
export const readConnection = (ad: Argdata): Connection => ({ labels: labelsFrom(lookUp(ad, "connection_labels")), fd: fdAt(ad, "fd") });
