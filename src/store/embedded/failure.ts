/**
 * Why the embedded database could not be started: what an operator reads. `message` says what is wrong and
 * `remedy` what to do about it; both are whole sentences for a terminal.
 */
interface Said {
  readonly message: string;
  readonly remedy: string;
}

export type EmbeddedFailure =
  /** There is no PostgreSQL for this platform, or the optional package was not installed. */
  | (Said & { readonly kind: 'no-binaries' })
  /** The package is there and cannot be run as it lies: library links missing and not writable. */
  | (Said & { readonly kind: 'broken-install' })
  /** The data folder cannot be made, or no user who may run PostgreSQL can reach it. */
  | (Said & { readonly kind: 'unreachable' })
  /** Another process runs this folder. `host` is its machine's name. */
  | (Said & { readonly kind: 'in-use'; readonly pid: number; readonly host: string })
  /** The folder holds data of another major version of PostgreSQL. */
  | (Said & { readonly kind: 'other-major'; readonly found: string; readonly needed: string })
  /** PostgreSQL refused; `detail` is the end of its log. */
  | (Said & { readonly kind: 'start-failed'; readonly detail: string });

/** The text of a caught value, for the sentence that explains it. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a system error (`ENOENT`) or of a PostgreSQL error (`57P03`), if it has one. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
