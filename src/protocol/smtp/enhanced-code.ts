/**
 * Enhanced status codes, `class.subject.detail` (RFC 3463), as they stand at the head of a reply's text (RFC 2034)
 * and in the Status field of a failure notice (RFC 3464). Pure. Only the grammar and the rules are here: what a
 * single code means is the explanation catalogue's matter.
 */

/** RFC 3463 §2: success, persistent transient failure, permanent failure. */
export type EnhancedClass = 2 | 4 | 5;

export interface EnhancedCode {
  readonly class: EnhancedClass;
  /** 0 to 999. */
  readonly subject: number;
  /** 0 to 999. */
  readonly detail: number;
}

// Leading zeros must be suppressed (RFC 3463 §2), so that one status has one spelling.
const CODE = /^([245])\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;
const LEADING_CODE = /^[245]\.(?:0|[1-9]\d{0,2})\.(?:0|[1-9]\d{0,2})(?= |$)/;

/** The three numbers of a status, or undefined where the text is anything else. */
export function parseEnhancedCode(text: string): EnhancedCode | undefined {
  const match = CODE.exec(text);
  if (match === null) return undefined;
  return {
    class: Number(match[1]) as EnhancedClass,
    subject: Number(match[2]),
    detail: Number(match[3]),
  };
}

export function formatEnhancedCode(code: EnhancedCode): string {
  return `${code.class}.${code.subject}.${code.detail}`;
}

export function isEnhancedCode(text: string): boolean {
  return CODE.test(text);
}

/** Whether a reply with this code may carry this status: 2 with 2yz, 4 with 4yz, 5 with 5yz, none with 3yz. */
export function enhancedCodeFits(replyCode: number, enhanced: string): boolean {
  // RFC 2034 §4
  return isEnhancedCode(enhanced) && Number(enhanced[0]) === Math.floor(replyCode / 100);
}

/** The status at the head of a reply's text and what follows it; undefined where the text has none. */
export function splitEnhancedCode(text: string): { enhanced: string; rest: string } | undefined {
  const match = LEADING_CODE.exec(text);
  if (match === null) return undefined;
  const enhanced = match[0];
  return { enhanced, rest: text.slice(enhanced.length + 1) };
}
