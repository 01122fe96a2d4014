/** A certificate request (PKCS #10, RFC 2986) as a client sends it to have its order finalized, and what is wrong with it (RFC 8555 §7.4). */
import { createPublicKey } from 'node:crypto';
import { AcmeProblem } from '#lab/ca/problem';

export interface RequestWish {
  /** Sorted; exactly these must be asked for. */
  readonly names: readonly string[];
  /** SubjectPublicKeyInfo in DER: the key of the account may not be that of a certificate (§11.1). */
  readonly accountKey: Uint8Array;
}

/** The key to be certified: SubjectPublicKeyInfo in DER. @throws AcmeProblem */
export async function readCertificateRequest(
  der: Uint8Array,
  { names, accountKey }: RequestWish,
): Promise<Uint8Array> {
  const request = await parse(der);
  if (!request.isSigned) throw bad('the request is not signed by its key');
  const wanted = request.names.join(', ');
  if (wanted !== names.join(', ')) {
    throw bad(`the request is for ${wanted || 'no name'}, the order for ${names.join(', ')}`);
  }
  if (request.others > 0) throw bad('the request is for something else than DNS names');
  if (Buffer.compare(request.publicKey, accountKey) === 0) {
    throw bad('the key of the account cannot be that of the certificate (RFC 8555 §11.1)');
  }
  assertStrong(request.publicKey);
  return request.publicKey;
}

interface Parsed {
  /** Sorted, in lower case. */
  readonly names: readonly string[];
  /** Names of other kinds. */
  readonly others: number;
  readonly publicKey: Uint8Array;
  readonly isSigned: boolean;
}

/** RFC 5280 §4.2.1.6. */
const SUBJECT_ALT_NAME = '2.5.29.17';

async function parse(der: Uint8Array): Promise<Parsed> {
  const x509 = await import('@peculiar/x509');
  try {
    const request = new x509.Pkcs10CertificateRequest(Buffer.from(der));
    const extension = request.getExtension(SUBJECT_ALT_NAME);
    const items =
      extension instanceof x509.SubjectAlternativeNameExtension ? extension.names.items : [];
    const dns = items.filter(({ type }) => type === 'dns').map(({ value }) => value);
    // RFC 8555 §7.4: a name may stand in the subject as well
    const all = [...dns, ...request.subjectName.getField('CN')].map((name) => name.toLowerCase());
    return {
      names: [...new Set(all)].sort(),
      others: items.length - dns.length,
      publicKey: new Uint8Array(request.publicKey.rawData),
      isSigned: await request.verify(),
    };
  } catch (error) {
    throw bad(`the request cannot be read: ${(error as Error).message.slice(0, 200)}`);
  }
}

const CURVES = new Set(['prime256v1', 'secp384r1']);

function assertStrong(publicKey: Uint8Array): void {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const bits = details?.modulusLength ?? 0;
  const isGood =
    type === 'rsa'
      ? bits >= 2048 && bits <= 4096 && details?.publicExponent === 65_537n
      : type === 'ec' && CURVES.has(details?.namedCurve ?? '');
  if (isGood) return;
  throw bad('keys are P-256, P-384, or RSA of 2048 to 4096 bits');
}

function bad(detail: string): AcmeProblem {
  return new AcmeProblem(400, 'badCSR', detail);
}
