/** Ids that outlive names (RFC 8474): what kind of thing it is, then the number that the store knows it by. JMAP has the same. */

const PREFIX = { mailbox: 'm', email: 'e', thread: 't' } as const;

export function objectId(kind: keyof typeof PREFIX, id: number | string): string {
  return `${PREFIX[kind]}${id}`;
}

/** The number in an id; undefined for one that we never gave. */
export function objectNumber(kind: keyof typeof PREFIX, id: string): number | undefined {
  return id.startsWith(PREFIX[kind]) && /^[1-9]\d{0,15}$/.test(id.slice(1))
    ? Number(id.slice(1))
    : undefined;
}
