/** What a set-id program must not take from who started it (recorded exec-results: LD_ORIGIN_PATH is unset there, though exec sets it). */

/** Variables that direct a library: where it loads from, translates by, or resolves names with. */
const UNSECURE = new Set([
  "GCONV_PATH", "GETCONF_DIR", "GLIBC_TUNABLES", "HOSTALIASES", "LD_AUDIT", "LD_BIND_NOT", "LD_BIND_NOW", "LD_DEBUG", "LD_DEBUG_OUTPUT", "LD_DYNAMIC_WEAK", "LD_LIBRARY_PATH",
  "LD_ORIGIN_PATH", "LD_PRELOAD", "LD_PROFILE", "LD_SHOW_AUXV", "LOCALDOMAIN", "LOCPATH", "MALLOC_TRACE", "NIS_PATH", "NLSPATH", "RESOLV_HOST_CONF", "RES_OPTIONS", "TMPDIR", "TZDIR",
]);

/** Takes them out of the environment of a secure program (`__libc_enable_secure`). */
export function dropUnsecure(environ: Map<string, string>): void {
  for (const name of environ.keys()) if (UNSECURE.has(name)) environ.delete(name);
}
