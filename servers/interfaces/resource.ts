/** Limits of a process (`bits/resource.h`). Nearly all are kept by its C library, and end with the program. */
export const RLIMIT_CORE = 4;
/** No limit. */
export const RLIM_INFINITY = Infinity;
