/** Why something is asked by HTTP, what the answers mean, and how a question fails, in both languages. */
import type { ExchangeFailure } from '#clients/https/exchange';
import type { Phrase } from '#mail/story/phrase';

export const HTTP_PURPOSES = {
  policy: {
    rfc: 'RFC 8461 §3.3',
    en: 'MTA-STS: whoever has mail for the domain fetches its policy from this name, by HTTPS with a certificate that is valid for it; nobody on the way can take the policy away or change it.',
    ja: 'MTA-STS：このドメインにメールを送る側が、ポリシーを取得します。この名前に有効な証明書を確かめたうえで HTTPS を使うので、途中でポリシーを消したり書き換えたりすることはできません。',
  },
  'http-01': {
    rfc: 'RFC 8555 §8.3',
    en: 'HTTP-01: the certificate authority looks for the file that only who controls the name can have put there. It comes by HTTP, for the certificate is what is being asked for.',
    ja: 'HTTP-01：名前を管理する人だけが置けるファイルを、認証局が確かめます。証明書はこれから発行するところなので、HTTPS ではなく HTTP で取得します。',
  },
  'one-click': {
    rfc: 'RFC 8058 §3.2',
    en: 'Somebody pressed “unsubscribe” in their mail program: it sends this one POST to the address in List-Unsubscribe. Nothing but the address says who it is, so the end of it is not shown.',
    ja: '受信者がメールソフトの「配信停止」を押すと、List-Unsubscribe の URL に、この POST が 1 回送られます。誰の配信を止めるかは URL だけで分かるため、末尾は表示しません。',
  },
  'leaving-page': {
    rfc: 'RFC 8058 §3.2',
    en: 'Somebody opens the address in List-Unsubscribe. Programs that check links do so too, so looking at it changes nothing.',
    ja: 'List-Unsubscribe の URL を開いています。リンクを検査するソフトも開くので、見るだけでは何も変わりません。',
  },
  autoconfig: {
    en: 'A mail program looks for its settings: it knows only an address, and asks the domain of it for hosts, ports and TLS (autoconfig, as Thunderbird does).',
    ja: 'メールソフトが設定を探しています。メールアドレスだけを手がかりに、ホスト名、ポート、TLS の設定をドメインに尋ねます（Thunderbird などの autoconfig）。',
  },
  autodiscover: {
    en: 'A mail program looks for its settings in the way of Outlook: it asks the domain of the address for hosts, ports and TLS (Autodiscover).',
    ja: 'メールソフトが Outlook の方式（Autodiscover）で設定を探しています。アドレスのドメインに、ホスト名、ポート、TLS の設定を尋ねます。',
  },
  'tls-report': {
    rfc: 'RFC 8460 §5.4',
    en: 'A report of a day on how TLS with the domain went is handed in by HTTPS, as the domain asked for it.',
    ja: 'ドメインとの TLS 接続の 1 日分の結果を、ドメインの希望どおり HTTPS で報告します。',
  },
  'well-known': {
    rfc: 'RFC 8615 §3',
    en: 'A place below /.well-known/, where a host keeps what programs look for at every host.',
    ja: '/.well-known/ の下は、どのホストでもプログラムが同じ場所で見つけられるように決められた置き場所です。',
  },
  form: {
    rfc: 'RFC 9110 §9.3.3',
    en: 'A browser sends what somebody typed into a form. What that becomes, perhaps a mail, is for the program behind the page.',
    ja: 'ブラウザーが、フォームに入力された内容を送ります。それをメールにするかどうかなどは、ページの裏のプログラム次第です。',
  },
  page: {
    rfc: 'RFC 9110 §9.3.1',
    en: 'Somebody looks at a page; no step of a mail transfer needs it.',
    ja: '誰かがページを見ています。メールの配送そのものには使われません。',
  },
} as const satisfies Record<string, Phrase>;

export type HttpPurpose = keyof typeof HTTP_PURPOSES;

export const HTTP_ANSWERS = {
  policy: {
    rfc: 'RFC 8461 §3.2',
    en: 'The policy: in mode enforce mail goes only to the hosts named here, by TLS with a valid certificate; in mode testing it goes all the same, and is reported. It holds for max_age seconds.',
    ja: 'ポリシーの内容です。mode が enforce なら、ここに書かれたホストに、有効な証明書による TLS でしか配送しません。testing なら配送はして、結果を報告します。max_age（秒）の間、有効です。',
  },
  success: {
    rfc: 'RFC 9110 §15.3',
    en: '2xx: it was understood and done.',
    ja: '2xx：要求は理解され、処理されました。',
  },
  redirect: {
    rfc: 'RFC 9110 §15.4',
    en: '3xx: it is to be asked for elsewhere. MTA-STS and one click do not follow.',
    ja: '3xx：別の場所に尋ねるよう求めています。MTA-STS とワンクリックの配信停止では、転送先をたどりません。',
  },
  refused: {
    rfc: 'RFC 9110 §15.5',
    en: '4xx: the question was wrong, or there is nothing here.',
    ja: '4xx：要求が正しくないか、ここには何もありません。',
  },
  broken: {
    rfc: 'RFC 9110 §15.6',
    en: '5xx: the server could not do it, though it may be right.',
    ja: '5xx：要求は正しくても、サーバーが処理できませんでした。',
  },
  unfinished: {
    rfc: 'RFC 9112 §9.6',
    en: 'The connection ended before the answer did.',
    ja: '応答が終わる前に接続が切れました。',
  },
} as const satisfies Record<string, Phrase>;

export type HttpAnswer = keyof typeof HTTP_ANSWERS;

type Unreached = Exclude<ExchangeFailure, 'status' | 'media-type' | 'too-large' | 'protocol'>;

/** Why nothing was asked. */
export const HTTP_FAILURES = {
  'look-up': {
    rfc: 'RFC 1034 §5.3.1',
    en: 'The DNS did not answer for the name: {detail}',
    ja: '名前を DNS で調べられませんでした：{detail}',
  },
  'no-address': {
    rfc: 'RFC 1034 §3.6',
    en: 'The name has no address, so nobody can be asked: {detail}',
    ja: '名前にアドレスがないため、尋ねる相手がいません：{detail}',
  },
  'private-address': {
    en: 'The name leads to an address where strangers must not send us: {detail}',
    ja: '名前が、外部の指示では接続してはいけないアドレスを指しています：{detail}',
  },
  connect: {
    rfc: 'RFC 9110 §4.3.3',
    en: 'Nobody takes the connection: {detail}',
    ja: '接続できませんでした：{detail}',
  },
  tls: {
    rfc: 'RFC 8446 §4',
    en: 'The two do not agree on TLS: {detail}',
    ja: 'TLS の接続を確立できませんでした：{detail}',
  },
  certificate: {
    rfc: 'RFC 9110 §4.3.4',
    en: 'The certificate is not valid for the name, so nothing is asked: {detail}',
    ja: '証明書がこの名前に対して有効でないため、何も尋ねずに終えます：{detail}',
  },
  'timed-out': {
    rfc: 'RFC 9110 §9.5',
    en: 'The answer did not come in time: {detail}',
    ja: '時間内に応答がありませんでした：{detail}',
  },
} as const satisfies Record<Unreached, Phrase>;

export type HttpFailureReason = keyof typeof HTTP_FAILURES;
