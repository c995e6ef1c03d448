import { expect } from "chai";
import { exploreAll } from "../../../lab/explore/explore.ts";
import { atomic91e6, f33c } from "../../../lab/genode/base/knobs.ts";
import { Registry } from "../../../lab/genode/base/registry.ts";
import { honest, identities, preBind, rebindAfterDeath } from "../../../lab/genode/scenarios/identity.ts";
import { registryRace } from "../../../lab/genode/scenarios/registry-race.ts";

describe("who is who (genode-linux.md §9)", () => {
  it("G8: lookup, lookup, associate, associate ends the process; in one step one descriptor is kept and the other closed, in every schedule", () => {
    const before = exploreAll(registryRace(f33c));
    expect(before.verdict).to.equal("exhaustive");
    expect([...before.outcomes.keys()].sort()).to.deep.equal(["1 descriptor", "Aliased_global_id"]);
    expect(before.outcomes.get("Aliased_global_id")?.witness.split("."), "one preemption is enough").to.have.length(1);
    const after = exploreAll(registryRace(atomic91e6));
    expect(after.verdict).to.equal("exhaustive");
    expect([...after.outcomes.keys()]).to.deep.equal(["1 descriptor"]);
  });

  it("G11: by name the first socket of that name wins, and the genuine one is closed; by inode both are kept", () => {
    expect(preBind(identities.peername)).to.deep.include({ usesAttacker: true, wrong: 1, denied: 1, fds: 1 });
    expect(preBind(identities.inode)).to.deep.include({ usesAttacker: false, wrong: 0, denied: 0, fds: 2 });
  });

  it("G12: a dead entrypoint's name comes again: ECONNREFUSED, then ENOTCONN, and the new capability is dropped as a duplicate", () => {
    expect(rebindAfterDeath(identities.peername)).to.deep.include({ calls: [0, -111, -107, -107], wrong: 1 });
    expect(rebindAfterDeath(identities.inode)).to.deep.include({ calls: [0, -111, -107, 0], wrong: 0 });
  });

  it("without any identity each receipt keeps a descriptor; with one it is one an entrypoint", () => {
    const fds = Object.fromEntries(Object.entries(identities).map(([name, knobs]) => [name, honest(knobs, 3, 4).fds]));
    expect(fds).to.deep.equal({ none: 12, peername: 3, "peername-atomic": 3, inode: 3 });
  });

  describe("the registry", () => {
    it("refuses a known identity before it looks for room", () => {
      const registry = new Registry(1);
      registry.associate(5, 50);
      expect(() => registry.associate(6, 50)).to.throw("Aliased_global_id");
      expect(() => registry.associate(6, 60)).to.throw("Limit_reached");
    });

    it("ignores what is no descriptor or has no identity, and gives -1 for the identity -1", () => {
      const registry = new Registry(1);
      registry.associate(-1, 50);
      registry.associate(5, -1);
      expect(registry.known).to.deep.equal([]);
      expect(registry.lookup(-1)).to.equal(-1);
    });

    it("takes the lowest free entry again", () => {
      const registry = new Registry(2);
      registry.associate(5, 50);
      registry.associate(6, 60);
      registry.forget(5);
      registry.associate(7, 70);
      expect(registry.known.map((e) => e.fd)).to.deep.equal([7, 6]);
    });
  });
});
