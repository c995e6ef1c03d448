import { expect } from "chai";
import { getFd, getInt, getStr, getBool, getFloat, isNull } from "../../../lab/cloudabi/argdata/get.ts";
import { iterateMap, collect, lookUp } from "../../../lab/cloudabi/argdata/iterate.ts";
import { nothing, type Argdata } from "../../../lab/cloudabi/argdata/node.ts";
import { errnoName } from "../../../lab/cloudabi/errno.ts";
import { CharacterDevice, newDirectory, newFile } from "../../../lab/cloudabi/kernel/files.ts";
import { imageOf } from "../../../lab/cloudabi/kernel/image.ts";
import { hostOpen } from "../../../lab/cloudabi/libc/host.ts";
import { fdStatGet, pause } from "../../../lab/cloudabi/libc/calls.ts";
import { ConfigurationError, readConfiguration } from "../../../lab/cloudabi/run/configuration.ts";
import { cloudabiRun, reexec, REEXEC_PATH } from "../../../lab/cloudabi/run/launcher.ts";
import { flowerCall } from "../../../lab/cloudabi/flower/client.ts";
import { labels } from "../../../lab/cloudabi/flower/labels.ts";
import { rootHandle, Switchboard } from "../../../lab/cloudabi/flower/switchboard.ts";
import { FileType, Right, typeRights } from "../../../lab/cloudabi/rights.ts";
import { got, Scene, tableOf } from "./scene.ts";

interface Ran {
  readonly scene: Scene;
  /** The table of each stage: the helper's, the program's. */
  readonly stages: Readonly<Record<string, Readonly<Record<number, string>>>>;
  readonly complaint: string;
  readonly ad: Argdata;
}

/** `cloudabi-run /prog` with the configuration, by a shell that holds the caller table of §10. */
function run(yaml: string, executable = "/bin/prog", prepare: (scene: Scene) => void = () => undefined): Ran {
  const scene = new Scene();
  prepare(scene);
  const stages: Record<string, Readonly<Record<number, string>>> = {};
  const { hostRoot } = scene.kernel;
  hostRoot.entries.set("bin", newDirectory("bin", { prog: newFile("prog file", imageOf("p"), true), none: newFile("none", "", true) }));
  hostRoot.entries.set("libexec", newDirectory("libexec", { "cloudabi-reexec": newFile("reexec", imageOf("reexec"), true) }));
  hostRoot.entries.set("srv", newDirectory("srv", { a: newFile("srv/a", "aaa") }));
  scene.kernel.programs.set("reexec", reexec);
  const errors = new CharacterDevice("stderr");
  const tty = scene.slots.get(1);
  if (tty) scene.put(2, errors, tty);
  scene.kernel.onExec = (process, program) => (stages[program] = tableOf(process));
  const shell = scene.kernel.start("S", scene.slots, () => cloudabiRun(executable, yaml));
  shell.host = true;
  scene.machine.run();
  return { scene, stages, complaint: errors.output, ad: scene.seen?.ad ?? nothing };
}

describe("cloudabi-run (cloudabi.md §8)", () => {
  it("C25: what leaks into the helper leaks no further: the final table is what the tree names", () => {
    const { stages } = run("log: !fd 0\n");
    expect(stages["p"]).to.deep.equal({ 0: "log" });
    const helper = Object.values(stages["reexec"] ?? {});
    expect(helper).to.deep.equal(["log", "tty", "stderr", "dir", "prog", "prog file", "B"]);
  });

  it("opens files and directories, makes sockets, passes standard descriptors; the program finds all by keys", () => {
    const yaml = [
      "%TAG ! tag:nuxi.nl,2015:cloudabi/", "---", "out: !fd stdout", "site: !file {path: /srv}", "page: !file {path: /srv/a}",
      "http: !socket {type: stream, bind: '127.0.0.1:80'}", "self: !executable x", "",
    ].join("\n");
    const { stages, ad } = run(yaml);
    expect(stages["p"]).to.deep.equal({ 0: "tty", 1: "srv", 2: "srv/a", 3: "listener at 127.0.0.1:80", 4: "prog file" });
    expect(["out", "site", "page", "http", "self"].map((k) => got(getFd(lookUp(ad, k) ?? nothing)))).to.deep.equal([0, 1, 2, 3, 4]);
  });

  it("grants a directory as a subtree with all rights: the launcher narrows nothing", () => {
    const { scene } = run("!file {path: /srv}");
    const slot = scene.kernel.all.find((p) => p.ended === undefined && p.label === "S")?.table.get(0);
    expect((slot?.inheriting ?? 0n) & Right.FD_WRITE).to.equal(Right.FD_WRITE);
  });

  it("maps scalars by their YAML type", () => {
    const { ad } = run("n: 42\ns: text\nb: true\nf: 1.5\nz: ~\nbig: 18446744073709551615\nsame: &x {k: v}\nagain: *x\n");
    const at = (key: string): Argdata => lookUp(ad, key) ?? nothing;
    expect([getInt(at("n")), getStr(at("s")), getBool(at("b")), getFloat(at("f"))]).to.deep.equal([42n, "text", true, 1.5].map((value) => ({ err: 0, value })));
    expect(isNull(at("z"))).to.equal(true);
    expect(collect(iterateMap(at("again"))).elements).to.have.length(1);
  });

  it("fails before any exec when a file is missing, a number wrong, the text no YAML, or the executable absent", () => {
    for (const [yaml, complaint] of [
      ["x: !file {path: /nowhere}", "Failed to open what the configuration asks for: ENOENT\n"],
      ["a: 1\nx: !fd minus", "line 2: Invalid file descriptor number\n"],
      ["x: !file {mode: 1}", "line 1: Unsupported attribute: mode\n"],
      ["x: !moon 1", "line 1: unknown tag !moon\n"],
      ["x: !socket {bind: a, connect: b}", "line 1: a socket wants one of bind and connect\n"],
    ] as const) {
      const { scene, stages, complaint: said } = run(yaml);
      expect([said, stages]).to.deep.equal([complaint, {}]);
      expect(scene.kernel.all[0]?.ended, "the launcher exits by itself").to.deep.equal({ status: 127 });
    }
    expect(run("a: 1", "/bin/nothing").complaint).to.equal("Failed to open executable: ENOENT\n");
    expect(() => readConfiguration("a: [")).to.throw(ConfigurationError);
  });

  it("constrains a handle of the switchboard before the program gets it", () => {
    const configuration = ["!flower_switchboard_handle", "switchboard_path: /var/run/flower", "constraints:", "  rights: [CLIENT_CONNECT]", "  out_labels: {tenant: a}", ""].join("\n");
    const statuses: string[] = [];
    const started = run(configuration, "/bin/prog", (scene) => {
      const [ours, theirs] = scene.pair("switchboard");
      const socket = typeRights[FileType.SOCKET_STREAM];
      scene.kernel.hostServices.set("/var/run/flower", { file: ours.refer(), ...socket });
      scene.kernel.start("switchboard", new Map([[0, { file: theirs, ...socket }]]), function* () {
        const board = new Switchboard();
        board.add(0, rootHandle);
        yield* board.serve();
        return 0;
      });
      scene.program("p", function* (ad) {
        const fd = got(getFd(ad));
        statuses.push((yield* flowerCall(fd, { call: "ClientConnect", outLabels: labels({}) })).status);
        statuses.push((yield* flowerCall(fd, { call: "ClientConnect", outLabels: labels({ tenant: "b" }) })).status);
        statuses.push((yield* flowerCall(fd, { call: "List", outLabels: labels({}) })).status);
        return 0;
      });
    });
    expect(Object.keys(started.stages["p"] ?? {})).to.deep.equal(["0"]);
    expect(statuses).to.deep.equal(["NOT_FOUND", "PERMISSION_DENIED", "PERMISSION_DENIED"]);
    expect(run(configuration).complaint).to.equal("Failed to open what the configuration asks for: ENOENT\n");
  });

  it("says by the helper what was wrong with the program: no executable, a closed number", () => {
    expect(run("a: 1", "/bin/none").complaint).to.equal("Failed to start executable: ENOEXEC\n");
    expect(run("a: !fd 99").complaint).to.equal("Failed to start executable: EBADF\n");
  });

  it("leaves a CloudABI program none of the host's calls", () => {
    const scene = new Scene();
    const errors: string[] = [];
    scene.run(function* () {
      errors.push(errnoName((yield* hostOpen("/")).err));
      yield* fdStatGet(0);
      yield* pause();
    });
    expect([errors, REEXEC_PATH.startsWith("/")]).to.deep.equal([["ENOSYS"], true]);
  });
});
