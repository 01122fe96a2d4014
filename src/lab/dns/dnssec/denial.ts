/**
 * What NSEC records show (RFC 4035 §5.4): that a name does not exist, that it lacks a type, that a delegation is not signed, that a wildcard
 * may answer. The records were checked before they come here. Pure.
 */
import { view } from '#bytes';
import { decodeTypes } from '#lab/dns/wire/type-bits';
import { compareNames, decodeName, isWithin, labelsOf, parentOf, upTo } from '#lab/dns/wire/name';
import { TYPE } from '#lab/dns/wire/record-types';

export interface Denial {
  readonly owner: string;
  readonly next: string;
  readonly types: readonly number[];
}

export function readDenial(owner: string, rdata: Uint8Array): Denial | undefined {
  const next = decodeName(view(rdata), 0);
  const types = next && decodeTypes(rdata.subarray(next.end));
  return types && { owner, next: next.name, types };
}

/** No such name, and no wildcard that could answer for it. */
export function deniesName(denials: readonly Denial[], name: string): boolean {
  const around = denials.find((denial) => covers(denial, name));
  return around !== undefined && denials.some((denial) => covers(denial, wildcardOf(around, name)));
}

/** The name exists, or a wildcard does, and it has neither the type nor an alias. */
export function deniesType(denials: readonly Denial[], name: string, type: number): boolean {
  const lacks = ({ owner, types }: Denial) =>
    !types.includes(type) && !types.includes(TYPE.CNAME) && ofTheRightSide(owner, types, type);
  const own = denials.find(({ owner }) => owner === name);
  if (own !== undefined) return lacks(own);
  const around = denials.find((denial) => covers(denial, name));
  if (around === undefined) return false;
  // An empty name between others: the next name lies below it.
  if (isWithin(around.next, name)) return true;
  const wildcard = denials.find(({ owner }) => owner === wildcardOf(around, name));
  return wildcard !== undefined && lacks(wildcard);
}

/** At a delegation the parent speaks of DS alone, and a zone never of its own DS (RFC 4035 §5.2, RFC 6840 §4.1 and §4.4). */
function ofTheRightSide(owner: string, types: readonly number[], type: number): boolean {
  const apex = types.includes(TYPE.SOA);
  if (type === TYPE.DS) return !apex || owner === '';
  return apex || !types.includes(TYPE.NS);
}

/** A delegation without DS: what lies below is not signed. */
export function deniesSecurity(denials: readonly Denial[], cut: string): boolean {
  return denials.some(
    ({ owner, types }) =>
      owner === cut &&
      types.includes(TYPE.NS) &&
      !types.includes(TYPE.DS) &&
      !types.includes(TYPE.SOA),
  );
}

/** A wildcard with so many labels answered for the name: nothing closer may exist (RFC 4035 §5.3.4). */
export function allowsWildcard(denials: readonly Denial[], name: string, labels: number): boolean {
  const closer = labelsOf(name).length - labels - 1;
  const nextCloser = upTo(name, '')[closer]!;
  return denials.some((denial) => covers(denial, nextCloser));
}

/** The name lies between the owner and the next name; the last next name is the apex (RFC 4034 §4.1.1). */
function covers({ owner, next, types }: Denial, name: string): boolean {
  // A delegation or an alias of a whole tree says nothing of what lies below (RFC 6840 §4.1).
  const cut = types.includes(TYPE.NS) && !types.includes(TYPE.SOA);
  if ((cut || types.includes(TYPE.DNAME)) && isWithin(name, owner)) return false;
  if (compareNames(owner, name) >= 0) return false;
  return compareNames(name, next) < 0 || (compareNames(next, owner) <= 0 && isWithin(name, next));
}

/** The wildcard below the closest encloser, which the covering record shows. */
function wildcardOf({ owner, next }: Denial, name: string): string {
  let encloser = parentOf(name);
  while (!isWithin(owner, encloser) && !isWithin(next, encloser)) encloser = parentOf(encloser);
  return encloser === '' ? '*' : `*.${encloser}`;
}
