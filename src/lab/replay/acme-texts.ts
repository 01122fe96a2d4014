/** What each request of ACME is for, in both languages: by the resource that it goes to (RFC 8555 §7.1, RFC 9773). */
import type { Phrase } from '#mail/story/phrase';

export const ACME_TEXTS = {
  directory: {
    rfc: 'RFC 8555 §7.1.1',
    en: 'The directory names the addresses of everything else: it is the only one that a client has to know.',
    ja: 'ディレクトリーには、ほかのすべてのリソースの URL が載っています。クライアントが前もって知っておく必要があるのは、このアドレスだけです。',
  },
  nonce: {
    rfc: 'RFC 8555 §7.2',
    en: 'Each signed request needs a nonce from the authority, so that nobody can send it a second time.',
    ja: '署名付きの要求には、認証局が渡したノンス（一度だけ使える値）が必要です。同じ要求を他人が再送できないようにするためです。',
  },
  'new-account': {
    rfc: 'RFC 8555 §7.3',
    en: 'The client makes itself known by its key, which signs all that follows; a key that is known already finds its account again.',
    ja: 'クライアントが自分の鍵を登録します。以後の要求はこの鍵で署名します。登録済みの鍵なら、同じアカウントが見つかります。',
  },
  account: {
    rfc: 'RFC 8555 §7.3.2',
    en: 'The client looks at its account, or changes it.',
    ja: 'クライアントが自分のアカウントを確認するか、変更します。',
  },
  'key-change': {
    rfc: 'RFC 8555 §7.3.5',
    en: 'The account gets a new key: the request is signed by both.',
    ja: 'アカウントの鍵を取り替えます。要求には、古い鍵と新しい鍵の両方で署名します。',
  },
  'new-order': {
    rfc: 'RFC 8555 §7.4',
    en: 'An order says for which names a certificate is wanted; the answer names one authorization for each.',
    ja: '証明書に入れたい名前を注文します。応答には、名前ごとの認可の URL が示されます。',
  },
  order: {
    rfc: 'RFC 8555 §7.4',
    en: 'The client asks how far the order is: pending, ready, processing, valid or invalid.',
    ja: '注文の状態（pending、ready、processing、valid、invalid）を確かめます。',
  },
  finalize: {
    rfc: 'RFC 8555 §7.4',
    en: 'All names are proved: the client hands in its certificate request, in which its new public key is.',
    ja: 'すべての名前の確認が済んだので、新しい公開鍵の入った証明書署名要求（CSR）を提出します。',
  },
  authorization: {
    rfc: 'RFC 8555 §7.5',
    en: 'The client asks how it may prove that the name is its own, or whether it is proved.',
    ja: '名前の管理権限を示す方法（チャレンジ）を尋ねるか、確認が済んだかどうかを確かめます。',
  },
  challenge: {
    rfc: 'RFC 8555 §7.5.1',
    en: 'The client has put the proof in its place and asks the authority to look for it.',
    ja: '証拠を所定の場所に置いたので、認証局に確認を求めます。',
  },
  certificate: {
    rfc: 'RFC 8555 §7.4.2',
    en: 'The client fetches the certificate, with the one above it.',
    ja: '発行された証明書を、中間証明書とともに受け取ります。',
  },
  revoke: {
    rfc: 'RFC 8555 §7.6',
    en: 'The certificate is to be good no longer, although its time is not over.',
    ja: '有効期限の前に、証明書を失効させます。',
  },
  renewal: {
    rfc: 'RFC 9773 §4.1',
    en: 'The client asks when it had best renew the certificate.',
    ja: '証明書をいつ更新するのがよいかを尋ねます。',
  },
  other: {
    en: 'A page beside the protocol, or a resource that does not exist.',
    ja: 'プロトコル以外のページか、存在しないリソースです。',
  },
} as const satisfies Record<string, Phrase>;

export type AcmeResource = keyof typeof ACME_TEXTS;

const EXACT: Readonly<Record<string, AcmeResource>> = {
  '/dir': 'directory',
  '/nonce': 'nonce',
  '/account/new': 'new-account',
  '/account/key': 'key-change',
  '/order/new': 'new-order',
  '/certificate/revoke': 'revoke',
};

const FIRST: Readonly<Record<string, AcmeResource>> = {
  account: 'account',
  order: 'order',
  authorization: 'authorization',
  challenge: 'challenge',
  certificate: 'certificate',
  renewal: 'renewal',
};

/** @param path of the authority of the practice Internet */
export function acmeResource(path: string): AcmeResource {
  if (Object.hasOwn(EXACT, path)) return EXACT[path]!;
  if (/^\/order\/[^/]+\/finalize$/.test(path)) return 'finalize';
  const first = path.split('/')[1] ?? '';
  return Object.hasOwn(FIRST, first) ? FIRST[first]! : 'other';
}
