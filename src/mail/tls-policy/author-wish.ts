/** What the author of a message asks of TLS on its way (RFC 8689 §4.1): by REQUIRETLS, or by the field TLS-Required, which counts only without it. */
import { waivesTls } from '#protocol/message/header/tls-required';
import type { Header } from '#protocol/message/header/fields';
import type { TlsRequired } from './ways.ts';

export function tlsRequiredOf(
  { requireTls }: { readonly requireTls: boolean },
  { head, header }: { readonly head: Uint8Array; readonly header: Header },
): TlsRequired | undefined {
  if (requireTls) return 'yes';
  return waivesTls(head, header) ? 'no' : undefined;
}
