/** What ENABLE (RFC 5161), and commands that imply it, switched on for a session. */

export interface Enabled {
  /** RFC 7162: the client knows of modseqs. */
  condstore: boolean;
  /** RFC 7162: VANISHED instead of EXPUNGE. */
  qresync: boolean;
  /** RFC 6855: names and headers in UTF-8. */
  utf8: boolean;
  /** RFC 9051 instead of RFC 3501. */
  rev2: boolean;
  /** RFC 9586: no message numbers. */
  uidOnly: boolean;
}

export function nothingEnabled(): Enabled {
  return { condstore: false, qresync: false, utf8: false, rev2: false, uidOnly: false };
}
