/** Why a server could not start, and what to do about it. */
export interface StartFailure {
  readonly kind: 'failed';
  readonly message: string;
  readonly remedy: string;
}

export function failed(message: string, remedy: string): StartFailure {
  return { kind: 'failed', message, remedy };
}
