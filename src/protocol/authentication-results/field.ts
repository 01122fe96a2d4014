/**
 * The Authentication-Results field as a value (RFC 8601 §2.2): who says what about a message. `format.ts` writes it, `parse.ts` reads
 * it, `results.ts` makes its results from reports.
 */

export const FIELD_NAME = 'Authentication-Results';

export interface AuthenticationResults {
  /** Who says so. */
  readonly authservId: string;
  /** Empty: `none`, no check was made. */
  readonly results: readonly MethodResult[];
}

export interface MethodResult {
  /** `spf`, `dkim`, …: a Keyword (letters, digits, hyphens). */
  readonly method: string;
  /** 1 unless told. */
  readonly version?: number;
  /** A Keyword. */
  readonly result: string;
  /** For people. */
  readonly reason?: string;
  readonly properties: readonly Property[];
}

export interface Property {
  /** `smtp`, `header`, `body`, `policy`, or another Keyword. */
  readonly ptype: string;
  /** `mailfrom`, `d`, …: a Keyword. */
  readonly property: string;
  /** The value itself, quotes and backslashes removed. */
  readonly value: string;
}

/** RFC 5321 §4.1.2. */
export const KEYWORD = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;

/** token of RFC 2045 §5.1, widened by RFC 6532 §3.2: no white space, no controls, no tspecials. */
export const TOKEN = /^[^\x00-\x20\x7f-\x9f()<>@,;:\\"/[\]?=]+$/;
