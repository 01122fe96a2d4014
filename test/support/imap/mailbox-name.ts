/** Mailbox names in modified UTF-7 (RFC 3501 §5.1.3), for the clients of tests. */

export function encodeMailboxName(name: string): string {
  return name.replaceAll(/&|[^\x20-\x7e]+/g, (part) => {
    if (part === '&') return '&-';
    const units = Buffer.from(part, 'utf16le').swap16();
    return `&${units.toString('base64').replace(/=+$/, '').replaceAll('/', ',')}-`;
  });
}

export function decodeMailboxName(name: string): string {
  return name.replaceAll(/&([^-]*)-/g, (_, part: string) => {
    if (part === '') return '&';
    return Buffer.from(part.replaceAll(',', '/'), 'base64').swap16().toString('utf16le');
  });
}
