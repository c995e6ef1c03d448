/** Every program of the userland: where it lies in the root filesystem, and its body. The one list. */
import type { Main } from "../../glibc-shim/libc.ts";
import { main as settransProgram } from "./bin/settrans.ts";
import { main as showtransProgram } from "./bin/showtrans.ts";
import { main as fsysoptsProgram } from "./bin/fsysopts.ts";
import { main as addauthProgram } from "./bin/addauth.ts";
import { main as rmauthProgram } from "./bin/rmauth.ts";
import { main as setauthProgram } from "./bin/setauth.ts";
import { main as unsuProgram } from "./bin/unsu.ts";
import { main as basenameProgram } from "./bin/basename.ts";
import { main as catProgram } from "./bin/cat.ts";
import { main as chmodProgram } from "./bin/chmod.ts";
import { main as chownProgram } from "./bin/chown.ts";
import { main as clearProgram } from "./bin/clear.ts";
import { main as cpProgram } from "./bin/cp.ts";
import { main as cutProgram } from "./bin/cut.ts";
import { main as dateProgram } from "./bin/date.ts";
import { main as dbProgram } from "./bin/db.ts";
import { main as ddProgram } from "./bin/dd.ts";
import { main as dfProgram } from "./bin/df.ts";
import { main as dirnameProgram } from "./bin/dirname.ts";
import { main as echoProgram } from "./bin/echo.ts";
import { main as envProgram } from "./bin/env.ts";
import { main as execInProgram } from "./bin/exec-in.ts";
import { main as fakerootProgram } from "./bin/fakeroot.ts";
import { main as falseProgram } from "./bin/false.ts";
import { main as faultProgram } from "./bin/fault.ts";
import { main as findProgram } from "./bin/find.ts";
import { main as grepProgram } from "./bin/grep.ts";
import { main as headProgram } from "./bin/head.ts";
import { main as hogProgram } from "./bin/hog.ts";
import { main as hostnameProgram } from "./bin/hostname.ts";
import { main as idProgram } from "./bin/id.ts";
import { main as idsProgram } from "./bin/ids.ts";
import { main as killProgram } from "./bin/kill.ts";
import { main as lnProgram } from "./bin/ln.ts";
import { main as lsProgram } from "./bin/ls.ts";
import { main as mkdirProgram } from "./bin/mkdir.ts";
import { main as msgportProgram } from "./bin/msgport.ts";
import { main as mvProgram } from "./bin/mv.ts";
import { main as nullauthProgram } from "./bin/nullauth.ts";
import { main as portinfoProgram } from "./bin/portinfo.ts";
import { main as printfProgram } from "./bin/printf.ts";
import { main as psProgram } from "./bin/ps.ts";
import { main as ptraceProgram } from "./bin/ptrace.ts";
import { main as pwdProgram } from "./bin/pwd.ts";
import { main as readlinkProgram } from "./bin/readlink.ts";
import { main as rmProgram } from "./bin/rm.ts";
import { main as rmdirProgram } from "./bin/rmdir.ts";
import { main as rpctraceProgram } from "./bin/rpctrace.ts";
import { main as seqProgram } from "./bin/seq.ts";
import { main as shProgram } from "./bin/sh.ts";
import { main as sleepProgram } from "./bin/sleep.ts";
import { main as sortProgram } from "./bin/sort.ts";
import { main as statProgram } from "./bin/stat.ts";
import { main as syncProgram } from "./bin/sync.ts";
import { main as tailProgram } from "./bin/tail.ts";
import { main as teeProgram } from "./bin/tee.ts";
import { main as testProgram } from "./bin/test.ts";
import { main as touchProgram } from "./bin/touch.ts";
import { main as trProgram } from "./bin/tr.ts";
import { main as trueProgram } from "./bin/true.ts";
import { main as unameProgram } from "./bin/uname.ts";
import { main as uniqProgram } from "./bin/uniq.ts";
import { main as vminfoProgram } from "./bin/vminfo.ts";
import { main as wProgram } from "./bin/w.ts";
import { main as wcProgram } from "./bin/wc.ts";
import { main as whichProgram } from "./bin/which.ts";
import { main as whoProgram } from "./bin/who.ts";
import { main as whoamiProgram } from "./bin/whoami.ts";
import { main as xargsProgram } from "./bin/xargs.ts";
import { main as yesProgram } from "./bin/yes.ts";
import { main as cve43411 } from "./lab/cve-2021-43411.ts";
import { main as cve43412 } from "./lab/cve-2021-43412.ts";
import { main as cve43413 } from "./lab/cve-2021-43413.ts";
import { main as cve43414 } from "./lab/cve-2021-43414.ts";
import { main as consoleRunProgram } from "./libexec/console-run.ts";
import { main as gettyProgram } from "./libexec/getty.ts";
import { main as haltProgram } from "./bin/halt.ts";
import { main as loginProgram } from "./bin/login.ts";
import { main as passwdProgram } from "./bin/passwd.ts";
import { main as rcProgram } from "./libexec/rc.ts";
import { main as rebootProgram } from "./bin/reboot.ts";
import { main as runCommandProgram } from "./libexec/run-command.ts";
import { main as runsystemProgram } from "./libexec/runsystem.ts";
import { main as runsystemHurdProgram } from "./libexec/runsystem.hurd.ts";
import { main as runttysProgram } from "./libexec/runttys.ts";
import { main as sttyProgram } from "./bin/stty.ts";
import { main as suProgram } from "./bin/su.ts";
import { main as ttyProgram } from "./bin/tty.ts";

export const programs: readonly (readonly [path: string, main: Main])[] = [
  ["/bin/fsysopts", fsysoptsProgram],
  ["/bin/showtrans", showtransProgram],
  ["/bin/settrans", settransProgram],
  ["/bin/addauth", addauthProgram],
  ["/bin/rmauth", rmauthProgram],
  ["/bin/setauth", setauthProgram],
  ["/bin/unsu", unsuProgram],
  ["/bin/basename", basenameProgram],
  ["/bin/cat", catProgram],
  ["/bin/chmod", chmodProgram],
  ["/bin/chown", chownProgram],
  ["/bin/clear", clearProgram],
  ["/bin/cp", cpProgram],
  ["/bin/cut", cutProgram],
  ["/bin/date", dateProgram],
  ["/bin/db", dbProgram],
  ["/bin/dd", ddProgram],
  ["/bin/df", dfProgram],
  ["/bin/dirname", dirnameProgram],
  ["/bin/echo", echoProgram],
  ["/bin/env", envProgram],
  ["/bin/exec-in", execInProgram],
  ["/bin/fakeroot", fakerootProgram],
  ["/bin/false", falseProgram],
  ["/bin/fault", faultProgram],
  ["/bin/find", findProgram],
  ["/bin/grep", grepProgram],
  ["/bin/head", headProgram],
  ["/bin/hog", hogProgram],
  ["/bin/hostname", hostnameProgram],
  ["/bin/id", idProgram],
  ["/bin/ids", idsProgram],
  ["/bin/kill", killProgram],
  ["/bin/ln", lnProgram],
  ["/bin/ls", lsProgram],
  ["/bin/mkdir", mkdirProgram],
  ["/bin/msgport", msgportProgram],
  ["/bin/mv", mvProgram],
  ["/bin/nullauth", nullauthProgram],
  ["/bin/portinfo", portinfoProgram],
  ["/bin/printf", printfProgram],
  ["/bin/ps", psProgram],
  ["/bin/ptrace", ptraceProgram],
  ["/bin/pwd", pwdProgram],
  ["/bin/readlink", readlinkProgram],
  ["/bin/rm", rmProgram],
  ["/bin/rmdir", rmdirProgram],
  ["/bin/rpctrace", rpctraceProgram],
  ["/bin/seq", seqProgram],
  ["/bin/sh", shProgram],
  ["/bin/sleep", sleepProgram],
  ["/bin/sort", sortProgram],
  ["/bin/stat", statProgram],
  ["/bin/sync", syncProgram],
  ["/bin/tail", tailProgram],
  ["/bin/tee", teeProgram],
  ["/bin/test", testProgram],
  ["/bin/[", testProgram],
  ["/bin/touch", touchProgram],
  ["/bin/tr", trProgram],
  ["/bin/true", trueProgram],
  ["/bin/uname", unameProgram],
  ["/bin/uniq", uniqProgram],
  ["/bin/vminfo", vminfoProgram],
  ["/bin/w", wProgram],
  ["/bin/wc", wcProgram],
  ["/bin/which", whichProgram],
  ["/bin/who", whoProgram],
  ["/bin/whoami", whoamiProgram],
  ["/bin/xargs", xargsProgram],
  ["/bin/yes", yesProgram],
  ["/bin/login", loginProgram],
  ["/bin/passwd", passwdProgram],
  ["/bin/stty", sttyProgram],
  ["/bin/su", suProgram],
  ["/bin/tty", ttyProgram],
  ["/lab/cve-2021-43411", cve43411],
  ["/lab/cve-2021-43412", cve43412],
  ["/lab/cve-2021-43413", cve43413],
  ["/lab/cve-2021-43414", cve43414],
  ["/libexec/console-run", consoleRunProgram],
  ["/libexec/getty", gettyProgram],
  ["/libexec/rc", rcProgram],
  ["/libexec/run-command", runCommandProgram],
  ["/libexec/runsystem", runsystemProgram],
  ["/libexec/runsystem.hurd", runsystemHurdProgram],
  ["/libexec/runttys", runttysProgram],
  ["/bin/halt", haltProgram],
  ["/bin/reboot", rebootProgram],
];
