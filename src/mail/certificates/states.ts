/** How the certificates of this server stand: what `certificate list` shows and the doctor judges. */
import type { StoredOrder } from '#store/certificates/orders';
import type { Line } from './lines.ts';
import { daysLeft, standingOf, type Standing, type Validity } from './renewal-time.ts';

/** Times are calendar milliseconds. */
export interface CertificateState {
  /** Undefined for those that do not lie in the database. */
  readonly id: string | undefined;
  readonly names: readonly string[];
  /** Otherwise it is shown until it ends, and not renewed. */
  readonly isWanted: boolean;
  /** files: of tls.certificate · self-signed: made by this server for itself · none: wanted, and not there yet. */
  readonly origin: 'acme' | 'imported' | 'files' | 'self-signed' | 'none';
  readonly issuer: string;
  readonly notBefore: number | undefined;
  readonly notAfter: number | undefined;
  readonly daysLeft: number | undefined;
  /** `missing` where there is none, or one that nobody trusts. */
  readonly standing: Standing | 'missing';
  /** When it is renewed by itself; undefined: never. */
  readonly renewAt: number | undefined;
  readonly order: Omit<StoredOrder, 'names'> | undefined;
}

/** The certificate that does not come from the database. */
export interface BaseCertificate extends Validity {
  readonly origin: 'files' | 'self-signed';
  readonly names: readonly string[];
  readonly issuer: string;
}

/** @param isOn whether certificates are ordered at all */
export function statesOf(
  lines: readonly Line[],
  base: BaseCertificate,
  isOn: boolean,
  now: number,
): readonly CertificateState[] {
  const isSelf = base.origin === 'self-signed';
  return [
    ...lines.map((line) => stateOf(line, isOn, now)),
    {
      id: undefined,
      names: base.names,
      isWanted: !isSelf,
      origin: base.origin,
      issuer: base.issuer,
      notBefore: base.notBefore,
      notAfter: base.notAfter,
      daysLeft: daysLeft(base, now),
      standing: isSelf ? 'missing' : standingOf(base, now),
      renewAt: undefined,
      order: undefined,
    },
  ];
}

function stateOf(
  { names, isWanted, certificate, order }: Line,
  isOn: boolean,
  now: number,
): CertificateState {
  const renewed = isWanted && isOn;
  return {
    id: certificate?.id,
    names,
    isWanted,
    origin: certificate?.origin ?? 'none',
    issuer: certificate?.issuer ?? '',
    notBefore: certificate?.notBefore,
    notAfter: certificate?.notAfter,
    daysLeft: certificate && daysLeft(certificate, now),
    standing: certificate === undefined ? 'missing' : standingOf(certificate, now),
    renewAt: renewed ? certificate?.renewAt : undefined,
    order,
  };
}
