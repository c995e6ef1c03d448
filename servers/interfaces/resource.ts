/** Limits of a process (`bits/resource.h`). All but RLIMIT_AS are kept by its C library, and end with the program. */
export const RLIMIT_CPU = 0;
export const RLIMIT_FSIZE = 1;
export const RLIMIT_DATA = 2;
export const RLIMIT_STACK = 3;
export const RLIMIT_CORE = 4;
export const RLIMIT_RSS = 5;
export const RLIMIT_MEMLOCK = 6;
export const RLIMIT_NPROC = 7;
export const RLIMIT_NOFILE = 8;
export const RLIMIT_SBSIZE = 9;
export const RLIMIT_AS = 10;
/** How many there are. */
export const RLIM_NLIMITS = 11;
/** No limit. */
export const RLIM_INFINITY = Infinity;
