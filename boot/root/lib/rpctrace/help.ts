/** Rpctrace's options and what it says of them. */

/** In getopt's language; "+": the first word that is no option begins the command. */
export const LETTERS = "+o:s:E:ti:I:p:y?V";
export const LONG: Readonly<Record<string, string>> = { output: "o", strsize: "s", nostdinc: "n", "rpc-list": "i", usage: "u", version: "V", help: "?" };

export const USAGE = "Usage: rpctrace [OPTION...] COMMAND [ARG...]\n";
export const TRY = "Try `rpctrace --help' or `rpctrace --usage' for more information.\n";

/** What --help, --usage and --version print, by the option's name. */
export const HELP: Readonly<Record<string, string>> = {
  "?": `${USAGE}Trace Mach Remote Procedure Calls.

  -E VAR[=VALUE]             Set (or without =VALUE remove) a variable of the command's environment
  -i, --rpc-list=FILE        Read FILE for the names of messages
  -I DIR                     Read all files DIR/*.msgids too
      --nostdinc             Do not read the standard directory of names
  -o, --output=FILE          Send the trace to FILE instead of standard error
  -p PID                     Trace process PID, which runs already, until it ends or rpctrace
                             is interrupted (no COMMAND then)
  -s, --strsize=SIZE         Print at most SIZE characters of a string
  -t                         Time stamps; twice with microseconds, three times
                             since the epoch
  -y                         Show paths and descriptors beside port numbers
  -?, --help                 Give this help list
      --usage                Give a short usage message
  -V, --version              Print program version
`,
  u: `Usage: rpctrace [-ty?V] [-E VAR[=VALUE]] [-i FILE] [-I DIR] [-o FILE] [-p PID] [-s SIZE]
            [--rpc-list=FILE] [--nostdinc] [--output=FILE] [--strsize=SIZE] [--help] [--usage] [--version] COMMAND [ARG...]
`,
  V: "rpctrace (GNU Hurd) 0.9\n",
};
