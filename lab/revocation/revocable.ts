/** S has given something to P and to Q, and wants P's back (comparison.md §3, E20). */
export interface Revocable {
  /** One operation through what was given; true: it worked. */
  use(by: "P" | "Q"): boolean;
  /** One operation of P on what only Q was given, through what P holds; true: it worked. */
  forge(): boolean;
  /** S takes P's back, as far as its system lets it. */
  revoke(): void;
}

/** For systems where a holder can name nothing but what it holds. */
export const cannotForge = (): boolean => false;
