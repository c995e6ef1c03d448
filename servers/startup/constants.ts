/** Kernel notification that startup asks for, and where it puts its port. */
export const NOTIFY_DEAD_NAME = 72;
/** The node that startup binds itself to. */
export const SERVERS_STARTUP = "/servers/startup";
