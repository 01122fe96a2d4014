/** Why each question of the DNS is asked, what each turn of an SMTP dialogue is for, and what the other steps of a replay say, in both languages. */
import type { ActKind } from '#lab/people/acts';
import type { Phrase } from '#mail/story/phrase';
import type { OutgoingKind } from '#store/lab/provider-outbox';
import type { Purpose } from './purposes.ts';

export const PURPOSE_TEXTS = {
  mx: {
    rfc: 'RFC 5321 §5.1',
    en: 'Whoever has mail for a domain asks for its MX records: they name the hosts that take it in, the lowest preference first.',
    ja: 'ドメイン宛てのメールを送る側は、まず MX レコードを問い合わせます。受け付けるホストの名前が優先度（小さいほど先）とともに示されています。',
  },
  'host-address': {
    rfc: 'RFC 5321 §5.1',
    en: 'An MX record holds a name: to connect, the sender needs the address of that host.',
    ja: 'MX レコードにあるのはホスト名なので、接続するにはそのホストのアドレスが必要です。',
  },
  tlsa: {
    rfc: 'RFC 7672 §2.2',
    en: 'DANE: the sender looks for the fingerprint of the certificate that the host must show; it counts only where DNSSEC vouches for it.',
    ja: 'DANE：ホストが提示すべき証明書の情報（フィンガープリントなど）を調べます。DNSSEC で検証できた場合だけ有効です。',
  },
  'mta-sts': {
    rfc: 'RFC 8461 §3.1',
    en: 'MTA-STS: the sender asks whether the domain has a policy that demands TLS with a valid certificate; the id tells whether it has changed.',
    ja: 'MTA-STS：有効な証明書による TLS を求めるポリシーがドメインにあるかどうかを調べます。id を見れば、ポリシーが変わったかどうかが分かります。',
  },
  'mta-sts-host': {
    rfc: 'RFC 8461 §3.3',
    en: 'MTA-STS: the address of the host from which the policy is fetched by HTTPS.',
    ja: 'MTA-STS：ポリシーを HTTPS で取得するホストのアドレスです。',
  },
  'tls-report': {
    rfc: 'RFC 8460 §3',
    en: 'The sender asks where the domain wants to be told how TLS with it went.',
    ja: 'TLS 接続の結果をどこに報告してほしいか、ドメインの希望を調べます。',
  },
  ptr: {
    rfc: 'RFC 8601 §2.7.3',
    en: 'The receiver asks for the name of the address that connected: who sends mail in earnest has one, and the name has to lead back to the address.',
    ja: '受信側は、接続してきたアドレスの名前（逆引き）を調べます。メールサーバーなら名前があり、その名前から元のアドレスに戻れるはずだからです。',
  },
  dnsbl: {
    rfc: 'RFC 5782 §2.1',
    en: 'The receiver asks a block list whether it lists the address: its numbers are turned round and put before the name of the list. No such name means not listed.',
    ja: '受信側は、アドレスが載っているかどうかをブロックリストに尋ねます。アドレスの数字を逆順に並べ、リストの名前の前に付けて問い合わせます。「その名前はない」なら載っていません。',
  },
  'sender-mx': {
    rfc: 'RFC 5321 §5.1',
    en: 'The receiver asks whether the domain of the sender takes mail itself, so that it can be answered; SPF asks the same where its record says mx.',
    ja: '受信側は、差出人のドメインがメールを受け取れるか（返信できるか）を確かめます。SPF レコードに mx がある場合も、同じ問い合わせをします。',
  },
  'sender-address': {
    rfc: 'RFC 8601 §2.7.3',
    en: 'The receiver asks whether the name of the client leads back to its address; SPF asks the same where its record says a or mx.',
    ja: '受信側は、接続元の名前から元のアドレスに戻れるかを確かめます。SPF レコードに a や mx がある場合も、同じ問い合わせをします。',
  },
  spf: {
    rfc: 'RFC 7208 §4.4',
    en: 'SPF: the receiver asks which addresses may send with this domain in the reverse-path or in EHLO.',
    ja: 'SPF：エンベロープ From または EHLO のドメインについて、どのアドレスからの送信が許されているかを調べます。',
  },
  'spf-include': {
    rfc: 'RFC 7208 §5.2',
    en: 'SPF: the record named another domain (include or redirect), so that one is asked too; ten such look-ups are the most.',
    ja: 'SPF：レコードが別のドメインを参照している（include または redirect）ため、そちらも調べます。このような問い合わせは 10 回までです。',
  },
  dkim: {
    rfc: 'RFC 6376 §3.6.2.1',
    en: 'DKIM: the signature names a selector and a domain; the public key with which it is checked lies at this name.',
    ja: 'DKIM：署名にはセレクターとドメインが書かれており、検証に使う公開鍵はこの名前にあります。',
  },
  dmarc: {
    rfc: 'RFC 9989 §4.7',
    en: 'DMARC: the receiver asks the domain of the From field what is to become of mail that neither SPF nor DKIM vouches for in its name.',
    ja: 'DMARC：From 欄のドメインに、SPF でも DKIM でも裏付けられないメールをどう扱ってほしいかを尋ねます。',
  },
  caa: {
    rfc: 'RFC 8659 §3',
    en: 'A certificate authority asks whether it may issue certificates for the name.',
    ja: '認証局は、その名前の証明書を発行してよいかどうかを調べます。',
  },
  dnssec: {
    rfc: 'RFC 4035 §5',
    en: 'DNSSEC: the resolver fetches the keys of a zone, or what the zone above vouches for, to check signatures.',
    ja: 'DNSSEC：署名を検証するために、ゾーンの鍵、または上位のゾーンがそれを保証するレコードを取得します。',
  },
  other: {
    en: 'A question that no step of a mail transfer asks by itself.',
    ja: 'メールの配送そのものには使われない問い合わせです。',
  },
} as const satisfies Record<Purpose, Phrase>;

/** By what the client said (`turns.ts`). */
export const TURN_TEXTS = {
  greeting: {
    rfc: 'RFC 5321 §3.1',
    en: 'The server speaks first: 220 says who it is and that it is ready.',
    ja: '最初に話すのはサーバーです。220 で自分の名前と、準備ができていることを伝えます。',
  },
  EHLO: {
    rfc: 'RFC 5321 §4.1.1.1',
    en: 'The client says its name; the server answers with the extensions that it offers.',
    ja: 'クライアントが名乗り、サーバーは提供する拡張機能の一覧を返します。',
  },
  HELO: {
    rfc: 'RFC 5321 §4.1.1.1',
    en: 'The client says its name in the old way, without extensions.',
    ja: 'クライアントが、拡張機能を使わない古い形式で名乗ります。',
  },
  STARTTLS: {
    rfc: 'RFC 3207 §4',
    en: 'The client wants to go on under TLS; what was said before is forgotten on both sides.',
    ja: 'クライアントが TLS への切り替えを求めます。それまでのやり取りは、双方で破棄されます。',
  },
  tls: {
    rfc: 'RFC 3207 §4.2',
    en: 'The TLS handshake. From here on nobody on the way can read or change what is said; the client says EHLO once more.',
    ja: 'TLS ハンドシェイクです。ここから先は、経路の途中で読むことも書き換えることもできません。クライアントは EHLO からやり直します。',
  },
  AUTH: {
    rfc: 'RFC 4954 §4',
    en: 'The client proves who it is. Only under TLS, so that nobody reads the password on the way.',
    ja: 'クライアントが本人であることを示します。パスワードを途中で読まれないよう、TLS で保護された接続でのみ受け付けます。',
  },
  MAIL: {
    rfc: 'RFC 5321 §4.1.1.2',
    en: 'MAIL begins a mail transaction. It names the reverse-path, to which notices of failure go and which SPF looks at.',
    ja: 'MAIL でメールの受け渡しが始まります。不達通知の宛先であり、SPF の検査対象でもあるエンベロープ From を示します。',
  },
  RCPT: {
    rfc: 'RFC 5321 §4.1.1.3',
    en: 'RCPT names one recipient; each is accepted or refused on its own.',
    ja: 'RCPT で宛先を一つ示します。受け付けるか拒否するかは、宛先ごとに決まります。',
  },
  DATA: {
    rfc: 'RFC 5321 §4.1.1.4',
    en: 'DATA asks to send the content; 354 says go on.',
    ja: 'DATA で本文の送信許可を求めます。354 は「続けてよい」という意味です。',
  },
  BDAT: {
    rfc: 'RFC 3030 §2',
    en: 'BDAT says how many octets of content follow, so that no line with a dot is needed at the end.',
    ja: 'BDAT は、続く本文のオクテット数を示します。終わりを示すドットだけの行は要りません。',
  },
  content: {
    rfc: 'RFC 5321 §4.2.5',
    en: 'The message itself. With 250 the server answers for it from now on; any other reply leaves it with the client.',
    ja: 'メッセージ本体です。サーバーが 250 を返すと、以後の責任はサーバーに移ります。それ以外の応答なら、責任はクライアントに残ります。',
  },
  RSET: {
    rfc: 'RFC 5321 §4.1.1.5',
    en: 'RSET gives up the transaction that was begun.',
    ja: 'RSET は、始めた受け渡しを取り消します。',
  },
  NOOP: {
    rfc: 'RFC 5321 §4.1.1.9',
    en: 'NOOP does nothing; it only shows that the other side is there.',
    ja: 'NOOP は何もしません。相手が応答するかどうかを確かめるだけです。',
  },
  VRFY: {
    rfc: 'RFC 5321 §4.1.1.6',
    en: 'VRFY asks whether there is a mailbox; servers do not tell strangers.',
    ja: 'VRFY は、メールボックスがあるかどうかを尋ねます。多くのサーバーは、見知らぬ相手には教えません。',
  },
  QUIT: {
    rfc: 'RFC 5321 §4.1.1.10',
    en: 'QUIT ends the session; the server answers before it closes the connection.',
    ja: 'QUIT でセッションを終えます。サーバーは、接続を閉じる前に応答します。',
  },
} as const satisfies Record<string, Phrase>;

export const REPLAY_TEXTS = {
  asks: { en: 'asks for {type} of {name}', ja: '{name} の {type} を問い合わせます' },
  answered: { en: 'answers: {answer}', ja: '回答：{answer}' },
  remembered: {
    en: 'The resolver remembered the answer and asked nobody.',
    ja: 'リゾルバーは答えを覚えていたので、ほかには問い合わせていません。',
  },
  referral: {
    rfc: 'RFC 1034 §4.3.1',
    en: 'This server does not know, but it knows who does: it names the servers of a zone further down.',
    ja: 'このサーバー自身は答えを持っていませんが、下位のゾーンを受け持つサーバーを教えてくれます。',
  },
  authority: {
    rfc: 'RFC 1034 §4.3.1',
    en: 'This server is the authority for the zone: what it says is the answer.',
    ja: 'このサーバーはそのゾーンの権威サーバーです。ここで得たものが最終的な答えになります。',
  },
  remembers: {
    rfc: 'RFC 1034 §5.3.1',
    en: 'The resolver passes the answer on, and remembers it for as long as its TTL says.',
    ja: 'リゾルバーは答えを返し、TTL が示す間は覚えておきます。',
  },
  spoken: {
    en: 'What the client says, and what it is answered.',
    ja: 'クライアントの発言と、サーバーの応答です。',
  },
  handshake: { en: 'The two agree on TLS.', ja: '双方が TLS の方式と鍵を取り決めます。' },
  commands: { en: 'What the client says.', ja: 'クライアントの発言です。' },
  replies: { en: 'What the server answers.', ja: 'サーバーの応答です。' },
  judged: {
    en: 'asks the rules of its table in order, until one decides: {outcome}',
    ja: '規則の表を順に調べ、当てはまる規則が見つかったところで決めます：{outcome}',
  },
  exam: {
    en: 'judges the message: {outcome}. In an exam its rules are not shown.',
    ja: 'メッセージを判定します：{outcome}。試験モードのため、規則は表示しません。',
  },
  'rules-why': {
    en: 'These are the rules of the practice Internet; real providers have more of them, and do not tell.',
    ja: 'これは練習用インターネットの規則です。実際のプロバイダーにはもっと多くの、公開されていない規則があります。',
  },
  lies: {
    en: 'The message lies in the {folder} of {person}.',
    ja: 'メッセージは {person} の{folder}に入りました。',
  },
  letter: { en: '{kind} to {to}: {state}', ja: '{to} 宛ての{kind}：{state}' },
  'signed-by': {
    en: 'Signed by the key of the account {account}.',
    ja: 'アカウント {account} の鍵で署名されています。',
  },
  said: { en: 'Last reply: {reply}', ja: '最後の応答：{reply}' },
  'left-out': {
    en: '{lines} more lines of the server, which are not kept.',
    ja: 'このほかにサーバーの応答が {lines} 行ありますが、記録していません。',
  },
  octets: {
    en: '{octets} octets in all; the rest is not kept.',
    ja: '全体で {octets} オクテットです。残りは記録していません。',
  },
  'no-answer': { en: 'No whole answer came.', ja: '応答は最後まで届きませんでした。' },
  'somebody-here': { en: 'a program on this machine', ja: 'このマシン上のプログラム' },
} as const satisfies Record<string, Phrase>;

export const FOLDER_TEXTS = {
  inbox: { en: 'inbox', ja: '受信箱' },
  spam: { en: 'spam folder', ja: '迷惑メールフォルダー' },
} as const satisfies Record<'inbox' | 'spam', Phrase>;

/** What a person did with a message. */
export const ACT_TEXTS = {
  open: { en: 'They open it.', ja: 'メッセージを開きます。' },
  reply: { en: 'They answer it.', ja: '返信します。' },
  delete: { en: 'They delete it without reading it.', ja: '読まずに削除します。' },
  complain: { en: 'They mark it as spam.', ja: '迷惑メールとして報告します。' },
  rescue: {
    en: 'They move it out of the spam folder.',
    ja: '迷惑メールフォルダーから取り出します。',
  },
} as const satisfies Record<ActKind, Phrase>;

export const LETTER_TEXTS = {
  reply: { en: 'an answer', ja: '返信' },
  notice: { en: 'a notice of failure', ja: '不達通知' },
  complaint: { en: 'a complaint (ARF)', ja: '苦情の通知（ARF）' },
  'dmarc-report': { en: 'a DMARC report', ja: 'DMARC レポート' },
  'tls-report': { en: 'a TLS report', ja: 'TLS レポート' },
} as const satisfies Record<OutgoingKind, Phrase>;

/** Why it comes, and how it says what it is about. */
export const LETTER_WHYS = {
  reply: {
    rfc: 'RFC 5322 §3.6.4',
    en: 'A person answered. In-Reply-To and References name the Message-ID of the message.',
    ja: '受信者が返信しました。In-Reply-To と References に、元のメッセージの Message-ID が書かれています。',
  },
  notice: {
    rfc: 'RFC 3464 §2',
    en: 'The provider had taken the message and could not deliver it after all; it tells the reverse-path.',
    ja: 'プロバイダーはメッセージを受け取ったものの、配信できませんでした。そのことをエンベロープ From に知らせます。',
  },
  complaint: {
    rfc: 'RFC 5965 §2',
    en: 'A person called the message spam; the provider tells the domain that signed it.',
    ja: '受信者が迷惑メールとして報告しました。プロバイダーは、署名したドメインにそのことを知らせます。',
  },
  'dmarc-report': {
    rfc: 'RFC 9990',
    en: 'Once a day the provider tells the domain of the author what it saw of its mail.',
    ja: 'プロバイダーは 1 日に 1 回、差出人のドメインに、そのドメインのメールの状況を知らせます。',
  },
  'tls-report': {
    rfc: 'RFC 8460 §3',
    en: 'Once a day the provider tells the domain how TLS with its hosts went.',
    ja: 'プロバイダーは 1 日に 1 回、ドメインのホストとの TLS 接続の結果を知らせます。',
  },
} as const satisfies Record<OutgoingKind, Phrase>;

export const LETTER_STATES = {
  waiting: { en: 'waits until {at}', ja: '{at} まで待機中' },
  sent: { en: 'sent', ja: '送信済み' },
  failed: { en: 'given up', ja: '断念' },
} as const satisfies Record<'waiting' | 'sent' | 'failed', Phrase>;
