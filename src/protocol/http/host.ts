/** The Host field of a request. Pure. */

/** The name or address that it was sent to, in lower case, without the port; '' where there is none. RFC 9110 §7.2. @param header as it came */
export function hostOf(header: string | undefined): string {
  return (header ?? '').replace(/:\d{1,5}$/, '').toLowerCase();
}
