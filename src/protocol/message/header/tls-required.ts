/**
 * The field `TLS-Required: No` (RFC 8689 §3): its author would have the message delivered whatever TLS is. Any other value says nothing, nor
 * do two such fields. Pure.
 */
import { fieldsNamed, fieldValue, type Header } from './fields.ts';

/** @param head the octets of the header */
export function waivesTls(head: Uint8Array, header: Header): boolean {
  const [field, second] = fieldsNamed(header, 'TLS-Required');
  return (
    field !== undefined && second === undefined && fieldValue(head, field).toLowerCase() === 'no'
  );
}
