/**
 * The policy file at `https://mta-sts.DOMAIN/.well-known/mta-sts.txt` (RFC 8461 §3.2): lines of `field: value`, strict as its grammar,
 * unknown fields passed over. Of a field that stands twice the first counts, but for `mx`, which may stand often. Pure. Called
 * by whoever fetched one, and by whoever publishes one to check what it wrote.
 */
import { decodeUtf8 } from '#bytes';
import { trimmed } from '#protocol/dns/versioned-fields';
import { isHostName } from '#protocol/address/domain';

export type StsMode = 'enforce' | 'testing' | 'none';

export interface StsPolicy {
  readonly mode: StsMode;
  /** Lower-case A-labels, as they stand: `mx.example.org`, `*.example.org`. Empty only in mode `none`. */
  readonly mx: readonly string[];
  /** Seconds, at most {@link MAX_AGE_CAP}. */
  readonly maxAge: number;
  /** The lines of the file as they came, for reports (RFC 8460 §4.4). */
  readonly lines: readonly string[];
}

export type StsPolicyFault =
  | 'too-large'
  | 'not-utf8'
  | 'malformed-line'
  | 'malformed-extension'
  | 'no-version'
  | 'other-version'
  | 'no-mode'
  | 'unknown-mode'
  | 'no-max-age'
  | 'malformed-max-age'
  | 'no-mx'
  | 'malformed-mx'
  | 'too-many-mx';

export type ParsedStsPolicy =
  | { readonly kind: 'policy'; readonly policy: StsPolicy }
  | { readonly kind: 'invalid'; readonly fault: StsPolicyFault };

/** RFC 8461 §3.3 suggests it for what is fetched. */
export const MAX_POLICY_OCTETS = 64 * 1024;
/** About a year: RFC 8461 §3.2. Seconds. */
export const MAX_AGE_CAP = 31_557_600;
/** Far above the exchanges of anybody; each host of the route is compared with each. */
const MAX_MX = 200;

const FIELD_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/;
/** Visible characters, UTF-8 among them, with spaces between. */
const EXTENSION_VALUE =
  /^[!-~\u0080-\u{10ffff}](?:[ !-~\u0080-\u{10ffff}]*[!-~\u0080-\u{10ffff}])?$/u;
const WHITE = /^[ \t]*$/;

interface Draft {
  version?: string;
  mode?: string;
  maxAge?: string;
  readonly mx: string[];
}

export function parseStsPolicy(bytes: Uint8Array): ParsedStsPolicy {
  if (bytes.length > MAX_POLICY_OCTETS) return invalid('too-large');
  const text = decodeUtf8(bytes);
  if (text === undefined) return invalid('not-utf8');
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  // a line end after the last line is allowed, not demanded
  if (lines.at(-1) === '') lines.pop();
  const draft: Draft = { mx: [] };
  for (const line of lines) {
    const fault = readLine(line, draft);
    if (fault !== undefined) return invalid(fault);
  }
  return judge(draft, lines);
}

function readLine(line: string, draft: Draft): StsPolicyFault | undefined {
  const colon = line.indexOf(':');
  if (colon < 0) return 'malformed-line';
  const name = line.slice(0, colon);
  const value = trimmed(line.slice(colon + 1));
  switch (name) {
    case 'version':
      draft.version ??= value;
      return undefined;
    case 'mode':
      draft.mode ??= value;
      return undefined;
    case 'max_age':
      draft.maxAge ??= value;
      return undefined;
    case 'mx':
      if (draft.mx.length >= MAX_MX) return 'too-many-mx';
      draft.mx.push(value);
      return undefined;
    default:
      return FIELD_NAME.test(name) && EXTENSION_VALUE.test(value) && !WHITE.test(value)
        ? undefined
        : 'malformed-extension';
  }
}

function judge({ version, mode, maxAge, mx }: Draft, lines: readonly string[]): ParsedStsPolicy {
  if (version === undefined) return invalid('no-version');
  if (version !== 'STSv1') return invalid('other-version');
  if (mode === undefined) return invalid('no-mode');
  if (mode !== 'enforce' && mode !== 'testing' && mode !== 'none') return invalid('unknown-mode');
  if (maxAge === undefined) return invalid('no-max-age');
  if (!/^\d{1,10}$/.test(maxAge)) return invalid('malformed-max-age');
  const patterns = mx.map((pattern) => pattern.toLowerCase());
  if (!patterns.every(isMxPattern)) return invalid('malformed-mx');
  if (patterns.length === 0 && mode !== 'none') return invalid('no-mx');
  const seconds = Math.min(Number(maxAge), MAX_AGE_CAP);
  return { kind: 'policy', policy: { mode, mx: patterns, maxAge: seconds, lines } };
}

/** A host name, or one below which any single label may stand. */
export function isMxPattern(pattern: string): boolean {
  return isHostName(pattern.startsWith('*.') ? pattern.slice(2) : pattern);
}

function invalid(fault: StsPolicyFault): ParsedStsPolicy {
  return { kind: 'invalid', fault };
}
