import { createHash } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { crypt, newSetting, passwordFits } from "../../glibc-shim/crypt.ts";
import { sha256 } from "../../glibc-shim/sha256.ts";

describe("crypt", () => {
  it("gives the hashes of a real crypt(3)", () => {
    expect(crypt("Hello world!", "$5$saltstring")).to.equal("$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5");
    expect(crypt("hurd", "$5$rounds=1000$hurdroot")).to.equal("$5$rounds=1000$hurdroot$HljH4CpsNENNFMTDpBQn8aaPyQEezTTYLmVc12ZrZv5");
    expect(crypt("", "$5$x")).to.equal("$5$x$yHbtfs4Y8t6X1xcJemNX.4JQRfUTafA2qQenWGLBee2");
    expect(crypt("äöü", "$5$rounds=1000$longsaltlongsaltlong")).to.equal("$5$rounds=1000$longsaltlongsalt$5aeZtZ10PHmxw8zfr8sLkjP6imvr8ZhSYfJwBi14a52");
  });
  it("knows no other method, and no password fits one", () => {
    expect(crypt("x", "$6$salt$")).to.equal(undefined);
    expect(passwordFits("x", "*")).to.equal(false);
  });
  it("lets anything in where the hash is empty", () => {
    expect(passwordFits("whatever", "")).to.equal(true);
  });
  it("tells a password from another", () => {
    const hash = crypt("secret", newSetting("a salt")) ?? "";
    expect(passwordFits("secret", hash)).to.equal(true);
    expect(passwordFits("Secret", hash)).to.equal(false);
  });
});

describe("sha256", () => {
  it("is the host's, on anything", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
      expect(sha256(data)).to.deep.equal(new Uint8Array(createHash("sha256").update(data).digest()));
    }));
  });
});
