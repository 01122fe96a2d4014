/**
 * The addresses that reports are wanted at: `rua` and `ruf` (RFC 9989 §4.6, §4.8). Any URI may stand there; mail is what
 * everybody must support. A size after `!` is obsolete: it is read, and nothing follows from it.
 */

export interface ReportUri {
  /** Without the size. Only characters of RFC 3986, so free of white space, quotes and angle brackets. */
  readonly uri: string;
  /** In lower case, without the colon. */
  readonly scheme: string;
}

type UriRemark = (kind: 'bad-uri' | 'size' | 'too-many-uris', uri: string) => void;

/** RFC 3986 §2: reserved without `,` and `!`, which must be encoded here, unreserved, and percent signs with two digits. */
const URI = /^([A-Za-z][A-Za-z0-9+.-]*):(?:[A-Za-z0-9\-._~:/?#[\]@$&'()*+;=]|%[0-9A-Fa-f]{2})*$/;
const SIZE = /![0-9]+[kmgt]?$/i;
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
    if (uri !== text) remark('size', text);
    uris.push({ uri, scheme: scheme.toLowerCase() });
  }
  if (parts.length > MAX_URIS) remark('too-many-uris', parts[MAX_URIS]!);
  return uris;
}
