/**
 * The addresses that reports are wanted at: `rua` and `ruf` (RFC 9989 §4.6, §4.8). Any URI may stand there; mail is what
 * everybody must support. A size after `!` is obsolete: what we send is far below any that is in use, and one above it is not sent
 * (RFC 7489 §6.2).
 */

export interface ReportUri {
  /** Without the size. Only characters of RFC 3986, so free of white space, quotes and angle brackets. */
  readonly uri: string;
  /** In lower case, without the colon. */
  readonly scheme: string;
  /** Octets; of a size that stood there. */
  readonly most?: number;
}

type UriRemark = (kind: 'bad-uri' | 'size' | 'too-many-uris', uri: string) => void;

/** RFC 3986 §2: reserved without `,` and `!`, which must be encoded here, unreserved, and percent signs with two digits. */
const URI = /^([A-Za-z][A-Za-z0-9+.-]*):(?:[A-Za-z0-9\-._~:/?#[\]@$&'()*+;=]|%[0-9A-Fa-f]{2})*$/;
const SIZE = /!([0-9]+)([kmgt]?)$/i;
const UNITS = ['', 'k', 'm', 'g', 't'];
/** RFC 7489 §6.2 let a receiver stop after two; nobody names more than a handful. */
const MAX_URIS = 20;
const MAX_URI = 500;

/** The list of a tag: what is no URI is left out and remarked on. */
export function parseReportUris(list: string, remark: UriRemark): readonly ReportUri[] {
  const uris: ReportUri[] = [];
  const parts = list.split(',', MAX_URIS + 1);
  for (const part of parts.slice(0, MAX_URIS)) {
    const text = part.replace(/^[ \t]+/, '').trimEnd();
    const uri = text.length > MAX_URI ? text : text.replace(SIZE, '');
    const scheme = text.length > MAX_URI ? undefined : URI.exec(uri)?.[1];
    if (scheme === undefined) {
      remark('bad-uri', text);
      continue;
    }
    const most = sizeOf(text);
    if (most !== undefined) remark('size', text);
    uris.push({ uri, scheme: scheme.toLowerCase(), ...(most !== undefined && { most }) });
  }
  if (parts.length > MAX_URIS) remark('too-many-uris', parts[MAX_URIS]!);
  return uris;
}

/** RFC 7489 §6.4: units are powers of 1024. */
function sizeOf(text: string): number | undefined {
  const [, count, unit = ''] = SIZE.exec(text) ?? [];
  return count === undefined
    ? undefined
    : Math.min(Number(count) * 1024 ** UNITS.indexOf(unit.toLowerCase()), Number.MAX_SAFE_INTEGER);
}
