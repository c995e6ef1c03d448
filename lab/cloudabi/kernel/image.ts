/** Executables: an ELF header with CloudABI's brand, then the name of what it runs. */

/** `\x7fELF`. */
const MAGIC = [0x7f, 0x45, 0x4c, 0x46] as const;
/** EI_OSABI of CloudABI. */
const ELFOSABI_CLOUDABI = 17;

/** The bytes of an executable that runs the program called `name`. */
export const imageOf = (name: string): Uint8Array => Uint8Array.from([...MAGIC, ELFOSABI_CLOUDABI, ...new TextEncoder().encode(name)]);

/** The name in an executable; undefined when it is none (ENOEXEC). */
export const programIn = (bytes: Uint8Array): string | undefined =>
  MAGIC.every((b, i) => bytes[i] === b) && bytes[MAGIC.length] === ELFOSABI_CLOUDABI ? new TextDecoder().decode(bytes.subarray(MAGIC.length + 1)) : undefined;
