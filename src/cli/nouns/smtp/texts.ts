/** What the lines of an SMTP dialogue mean, for whoever sees them for the first time: in both languages, with the RFC section. */
import type { Phrase } from '#mail/story/phrase';

/** What this side says, by its verb. */
export const SENT = {
  EHLO: {
    en: 'We say who we are and ask which extensions the server has.',
    ja: 'こちらの名前を名乗り、サーバーが使える拡張機能を尋ねます。',
    rfc: 'RFC 5321 §4.1.1.1',
  },
  HELO: {
    en: 'The older form of EHLO, for a server that does not know it: no extensions.',
    ja: 'EHLO を知らないサーバーのための古い形です。拡張機能は使えません。',
    rfc: 'RFC 5321 §4.1.1.1',
  },
  STARTTLS: {
    en: 'We ask to go on under TLS.',
    ja: 'ここからの通信を TLS で暗号化するよう求めます。',
    rfc: 'RFC 3207 §4',
  },
  AUTH: {
    en: 'We log in, by the strongest mechanism that both know; secrets are not shown.',
    ja: '双方が使える最も強い方式でログインします。秘密の値は表示しません。',
    rfc: 'RFC 4954 §4',
  },
  MAIL: {
    en: 'A mail transaction begins. The address is the reverse-path: who is told when delivery fails.',
    ja: 'メールの送信を始めます。このアドレスは、配信できなかったときの通知先です。',
    rfc: 'RFC 5321 §4.1.1.2',
  },
  RCPT: {
    en: 'One recipient. The server answers for each of them.',
    ja: '宛先を 1 つ伝えます。サーバーは宛先ごとに答えます。',
    rfc: 'RFC 5321 §4.1.1.3',
  },
  DATA: {
    en: 'We ask to send the content: header, empty line, body.',
    ja: '内容（ヘッダー、空行、本文）を送ってよいか尋ねます。',
    rfc: 'RFC 5321 §4.1.1.4',
  },
  QUIT: {
    en: 'We take our leave.',
    ja: '通信を終えます。',
    rfc: 'RFC 5321 §4.1.1.10',
  },
} as const satisfies Record<string, Phrase>;

export const LINES = {
  connected: {
    en: 'The connection stands. In SMTP the server speaks first.',
    ja: '接続しました。SMTP ではサーバーが先に話します。',
    rfc: 'RFC 5321 §3.1',
  },
  secret: {
    en: 'Our answer to the challenge, in base64; it is not shown.',
    ja: 'チャレンジへの応答です（base64）。内容は表示しません。',
    rfc: 'RFC 4954 §4',
  },
  content: {
    en: 'The content. A dot is put before each line that begins with one, and a line with only a dot ends it.',
    ja: '内容です。ピリオドで始まる行にはピリオドを足し、ピリオドだけの行で終わりを示します。',
    rfc: 'RFC 5321 §4.5.2',
  },
  tlsProven: {
    en: 'From here on everything is encrypted, and the certificate proves that this is {name}.',
    ja: 'ここから先は暗号化されます。証明書により、相手が {name} であることを確かめました。',
    rfc: 'RFC 8314 §3',
  },
  tlsUnproven: {
    en: 'From here on everything is encrypted, but the certificate does not prove that this is {name}: somebody in between could have answered instead.',
    ja: 'ここから先は暗号化されます。ただし、相手が {name} であることは証明書で確かめられませんでした。間に入った誰かが答えている可能性があります。',
    rfc: 'RFC 7435 §3',
  },
} as const satisfies Record<string, Phrase>;

/** What the server answers to a command (or with, before any), where it is content. */
export const ANSWERS = {
  greeting: {
    en: 'The server greets and is ready; its name comes first.',
    ja: 'サーバーの挨拶です。最初の語がサーバーの名前です。',
    rfc: 'RFC 5321 §4.2',
  },
  EHLO: {
    en: 'The server accepts us. The lines that follow are its extensions.',
    ja: 'サーバーがこちらを受け入れました。続く行は使える拡張機能です。',
    rfc: 'RFC 5321 §4.1.1.1',
  },
  HELO: {
    en: 'The server accepts us.',
    ja: 'サーバーがこちらを受け入れました。',
    rfc: 'RFC 5321 §4.1.1.1',
  },
  STARTTLS: {
    en: 'Go ahead: the TLS handshake begins. What was known before counts no more.',
    ja: 'TLS のハンドシェイクを始めます。これまでに得た情報は無効になります。',
    rfc: 'RFC 3207 §4.2',
  },
  AUTH: { en: 'We are logged in.', ja: 'ログインできました。', rfc: 'RFC 4954 §6' },
  challenge: {
    en: 'The server asks for the next piece of the login.',
    ja: 'サーバーがログインの続きを求めています。',
    rfc: 'RFC 4954 §4',
  },
  MAIL: {
    en: 'The reverse-path is taken.',
    ja: '差出人（エンベロープ）が受け入れられました。',
    rfc: 'RFC 5321 §3.3',
  },
  RCPT: {
    en: 'The server will take a message for this recipient.',
    ja: 'この宛先のメールを受け取れるとの返答です。',
    rfc: 'RFC 5321 §3.3',
  },
  DATA: {
    en: 'Send it; a line with only a dot ends it.',
    ja: '内容を送ってください、との返答です。ピリオドだけの行が終わりになります。',
    rfc: 'RFC 5321 §4.1.1.4',
  },
  content: {
    en: 'The server is responsible from here on: it delivers the message, or tells the author.',
    ja: 'ここから先はサーバーが責任を負います。配信するか、差出人に知らせます。',
    rfc: 'RFC 5321 §6.1',
  },
  QUIT: {
    en: 'The server takes its leave too.',
    ja: 'サーバーも通信を終えます。',
    rfc: 'RFC 5321 §4.1.1.10',
  },
} as const satisfies Record<string, Phrase>;

/** What an extension is for, by its EHLO keyword. */
export const EXTENSIONS: Readonly<Record<string, Phrase>> = {
  PIPELINING: {
    en: 'Several commands may be sent without waiting for each answer.',
    ja: '返答を待たずに、続けてコマンドを送れます。',
    rfc: 'RFC 2920',
  },
  SIZE: {
    en: 'The largest message that is taken, in octets.',
    ja: '受け取れるメッセージの最大の大きさ（オクテット）です。',
    rfc: 'RFC 1870',
  },
  '8BITMIME': {
    en: 'The body may have octets over 127.',
    ja: '本文に 127 を超えるオクテットを含められます。',
    rfc: 'RFC 6152',
  },
  SMTPUTF8: {
    en: 'Addresses and header may be in UTF-8, not only in ASCII.',
    ja: 'アドレスやヘッダーに UTF-8 の文字を使えます。',
    rfc: 'RFC 6531',
  },
  CHUNKING: {
    en: 'Content may be sent in counted pieces (BDAT) instead of DATA.',
    ja: 'DATA の代わりに、長さを示した断片（BDAT）で内容を送れます。',
    rfc: 'RFC 3030',
  },
  BINARYMIME: {
    en: 'Content may be binary, without lines (with BDAT).',
    ja: '行のないバイナリの内容を BDAT で送れます。',
    rfc: 'RFC 3030',
  },
  ENHANCEDSTATUSCODES: {
    en: 'Replies carry a second code, like 5.1.1, that says more exactly what is the matter.',
    ja: '返答に 5.1.1 のような、より詳しい状態コードが付きます。',
    rfc: 'RFC 2034',
  },
  DSN: {
    en: 'The sender may ask when notices are sent and what is in them.',
    ja: '配信通知をいつ、どの内容で送るかを指定できます。',
    rfc: 'RFC 3461',
  },
  STARTTLS: {
    en: 'The connection can be put under TLS.',
    ja: '接続を TLS で暗号化できます。',
    rfc: 'RFC 3207',
  },
  AUTH: {
    en: 'One can log in, by one of these mechanisms.',
    ja: 'ここに並ぶ方式でログインできます。',
    rfc: 'RFC 4954',
  },
  LIMITS: {
    en: 'How much one session may do.',
    ja: '1 回の接続で送れる量の上限です。',
    rfc: 'RFC 9422',
  },
  FUTURERELEASE: {
    en: 'A message may be handed in now and sent later, within this time.',
    ja: '今預けて、後で送るよう指定できます。その最長の時間です。',
    rfc: 'RFC 4865',
  },
  REQUIRETLS: {
    en: 'The sender may demand that the message travels under TLS all the way.',
    ja: '途中の経路すべてで TLS を必須にするよう求められます。',
    rfc: 'RFC 8689',
  },
  DELIVERBY: {
    en: 'The sender may say by when the message has to be delivered.',
    ja: '配信の期限を指定できます。',
    rfc: 'RFC 2852',
  },
  'MT-PRIORITY': {
    en: 'Messages may carry a priority.',
    ja: 'メッセージに優先度を付けられます。',
    rfc: 'RFC 6710',
  },
  VRFY: {
    en: 'One may ask whether a mailbox exists.',
    ja: 'メールボックスの有無を尋ねられます。',
    rfc: 'RFC 5321 §3.5',
  },
  ETRN: {
    en: 'One may ask the server to send what it holds for a domain.',
    ja: 'あるドメイン宛てに保管しているメールを送るよう求められます。',
    rfc: 'RFC 1985',
  },
  HELP: {
    en: 'HELP lists the commands.',
    ja: 'HELP でコマンドの一覧を見られます。',
    rfc: 'RFC 5321 §4.1.1.8',
  },
};

/** How it ended. */
export const RESULTS = {
  well: { en: 'All went well, up to and with {stage}.', ja: '{stage} まで、すべて成功しました。' },
  unwell: { en: 'It ended at {stage}: {reason}', ja: '{stage} で終わりました：{reason}' },
} as const satisfies Record<string, Phrase>;

/** A refusal without words of its own. */
export const REFUSALS = {
  transient: {
    en: 'Not now: the same may succeed later.',
    ja: '今は受け付けられません。後で試せば成功するかもしれません。',
    rfc: 'RFC 5321 §4.2.1',
  },
  permanent: {
    en: 'No, and the same will not succeed later either.',
    ja: '拒否されました。同じことを後で試しても成功しません。',
    rfc: 'RFC 5321 §4.2.1',
  },
} as const satisfies Record<string, Phrase>;
