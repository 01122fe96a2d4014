/**
 * Status responses (RFC 9051 §7.1): how a command ended, or something that the client should know. Every one stands in replies.ts.
 */

export interface Reply {
  readonly status: 'OK' | 'NO' | 'BAD';
  /** Without brackets; undefined for none. */
  readonly code: string | undefined;
  /** For people. */
  readonly text: string;
}

export function ok(text: string, code?: string): Reply {
  return { status: 'OK', code, text };
}

export function no(text: string, code?: string): Reply {
  return { status: 'NO', code, text };
}

export function bad(text: string, code?: string): Reply {
  return { status: 'BAD', code, text };
}

/** The line that ends a command. */
export function taggedLine(tag: string, { status, code, text }: Reply): string {
  return code === undefined
    ? `${tag} ${status} ${text}\r\n`
    : `${tag} ${status} [${code}] ${text}\r\n`;
}

/** A status response that ends no command. */
export function untaggedLine(reply: Reply): string {
  return taggedLine('*', reply);
}

export function byeLine(text: string, code?: string): string {
  return code === undefined ? `* BYE ${text}\r\n` : `* BYE [${code}] ${text}\r\n`;
}
