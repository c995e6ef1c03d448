/** Text as a shell word that reads as it. */

/** `text` in single quotes. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'"'"'`)}'`;
