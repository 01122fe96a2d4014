/**
 * What is told of certificates: each step of an order, why one fails, and what to do about it. A step or a cause without its text in both
 * languages does not compile.
 */
import type { AcmeStep, FailureCause } from '#mail/certificates/order-steps';
import type { RevocationReason } from '#mail/certificates/revoke';
import type { CertificateState } from '#mail/certificates/states';
import type { Phrase } from '#mail/story/phrase';

export const CERTIFICATE_STEPS = {
  directory: {
    en: 'Asked the certificate authority at {url} what it offers.',
    ja: '認証局 {url} に、提供している機能を問い合わせました。',
  },
  'account-known': {
    en: 'Signs as the account {url}.',
    ja: 'アカウント {url} として署名します。',
  },
  'account-new': {
    en: 'Registered the account {url} and agreed to the terms of service.',
    ja: 'アカウント {url} を登録し、利用規約に同意しました。',
  },
  'account-again': {
    en: 'The authority knows the key already, as the account {url}.',
    ja: 'この鍵は、認証局にアカウント {url} としてすでに登録されています。',
  },
  'account-forgotten': {
    en: 'The authority does not take the account any more ({text}): its key is registered once more.',
    ja: '認証局がアカウントを受け付けなくなりました（{text}）。同じ鍵で登録し直します。',
  },
  'account-key-new': {
    en: 'The authority does not want that key any more: another one is registered at {text}.',
    ja: '認証局がその鍵を受け付けないため、新しい鍵を {text} に登録します。',
  },
  ordered: {
    en: 'Ordered a certificate for {names}.',
    ja: '{names} の証明書を申し込みました。',
  },
  'not-replacing': {
    en: 'The authority does not know the certificate before as one to be replaced: ordered as a new one.',
    ja: '認証局が以前の証明書を置き換えの対象と認めなかったため、新規として申し込みます。',
  },
  'authorized-before': {
    en: '{name} was proved to be ours before, and need not be again.',
    ja: '{name} の管理権限は確認済みのため、再確認は不要です。',
  },
  'answer-http': {
    en: '{name}: the answer lies at {url}, where the authority looks for it on port 80.',
    ja: '{name}：応答を {url} に置きました。認証局がポート 80 で取りに来ます。',
  },
  'answer-tls': {
    en: '{name}: the answer is a certificate on port 443, for whoever offers acme-tls/1.',
    ja: '{name}：応答は、ポート 443 で acme-tls/1 を提示した相手に見せる証明書です。',
  },
  'answer-dns': {
    en: 'The hook put the answer into the DNS: {name} TXT {value}.',
    ja: 'フックコマンドで応答を DNS に書き込みました（{name} TXT {value}）。',
  },
  'dns-seen': {
    en: 'All name servers of the zone show {name} ({servers}), after {seconds} s.',
    ja: 'ゾーンのすべてのネームサーバー（{servers}）に {name} が現れました（{seconds} 秒後）。',
  },
  'hook-not-removed': {
    en: 'The hook could not take {name} out of the DNS ({text}): remove the record by hand.',
    ja: 'フックコマンドで {name} を DNS から削除できませんでした（{text}）。手作業で削除する必要があります。',
  },
  responded: {
    en: '{name}: told the authority that the answer is in its place.',
    ja: '{name}：応答の準備ができたことを認証局に伝えました。',
  },
  validated: {
    en: '{name}: the authority found the answer, after {seconds} s.',
    ja: '{name}：認証局が応答を確認しました（{seconds} 秒後）。',
  },
  finalized: {
    en: 'Handed in the certificate request, with a key of the kind {keyKind}. The key of the certificate before is kept: {sameKey}.',
    ja: '証明書署名要求を提出しました（鍵の種類：{keyKind}、前の証明書の鍵の継続利用：{sameKey}）。',
  },
  issued: {
    en: '{issuer} issued the certificate; it is valid until {until}.',
    ja: '{issuer} が証明書を発行しました（有効期限：{until}）。',
  },
  nonces: {
    en: 'Requests that had to be sent again, since the authority did not take their nonce: {count}.',
    ja: '認証局が nonce を受け付けず、送り直した要求は {count} 件です。',
  },
  failed: {
    en: 'The order failed: {cause}. The words were: {text}',
    ja: '申し込みは失敗しました（{cause}）。先方の説明は次のとおりです：{text}',
  },
} as const satisfies Record<AcmeStep['step'], Phrase>;

/** As a part of a sentence. */
export const ORDER_CAUSES = {
  accountDoesNotExist: {
    en: 'the authority knows no such account',
    ja: '認証局に該当するアカウントがありません',
  },
  badCSR: {
    en: 'the authority does not take the certificate request',
    ja: '証明書署名要求が受け付けられません',
  },
  badNonce: { en: 'the authority took none of many nonces', ja: 'nonce が繰り返し拒否されました' },
  badPublicKey: { en: 'the authority does not take the key', ja: '鍵が受け付けられません' },
  badSignatureAlgorithm: {
    en: 'the authority does not take the algorithm of the signature',
    ja: '署名アルゴリズムが受け付けられません',
  },
  caa: {
    en: 'a CAA record forbids the authority to issue',
    ja: 'CAA レコードがこの認証局による発行を禁じています',
  },
  compound: { en: 'the authority had several objections', ja: '認証局が複数の問題を挙げています' },
  connection: {
    en: 'the authority could not connect to this server',
    ja: '認証局がこのサーバーに接続できませんでした',
  },
  dns: {
    en: 'the DNS gave the authority no usable answer',
    ja: '認証局が DNS で名前を引けませんでした',
  },
  externalAccountRequired: {
    en: 'the authority wants an account of its own kind named',
    ja: '認証局が外部アカウントとの紐付けを求めています',
  },
  incorrectResponse: {
    en: 'the authority found something else than the answer',
    ja: '認証局が確認した応答が正しくありませんでした',
  },
  invalidContact: {
    en: 'the authority does not take the contact address',
    ja: '連絡先が受け付けられません',
  },
  malformed: {
    en: 'the authority found the request malformed',
    ja: '要求の形式が正しくないとされました',
  },
  orderNotReady: { en: 'the order was not ready', ja: '申し込みの準備が整っていません' },
  rateLimited: {
    en: 'the authority has had enough orders for now',
    ja: '認証局の発行制限に達しました',
  },
  rejectedIdentifier: {
    en: 'the authority does not issue for this name',
    ja: 'この名前には発行できないとされました',
  },
  serverInternal: { en: 'the authority is out of order', ja: '認証局で障害が起きています' },
  tls: {
    en: 'the authority met an error of TLS at this server',
    ja: 'このサーバーとの TLS 接続でエラーが起きました',
  },
  unauthorized: {
    en: 'the authority did not find the proof that the name is ours',
    ja: '名前の管理権限が確認できませんでした',
  },
  unsupportedContact: {
    en: 'the authority does not take this kind of contact',
    ja: 'この種類の連絡先には対応していないとされました',
  },
  unsupportedIdentifier: {
    en: 'the authority does not take this kind of name',
    ja: 'この種類の名前には対応していないとされました',
  },
  userActionRequired: {
    en: 'the authority wants a person to visit a page',
    ja: '認証局のページで手続きが必要です',
  },
  'other-problem': {
    en: 'the authority had an objection of another kind',
    ja: '認証局が別の種類の問題を挙げています',
  },
  unreachable: { en: 'the authority could not be reached', ja: '認証局に接続できません' },
  'not-acme': {
    en: 'what answers is no certificate authority',
    ja: '応答が認証局（ACME）のものではありません',
  },
  'no-such-challenge': {
    en: 'the authority does not offer this kind of proof',
    ja: '設定された確認方法に認証局が対応していません',
  },
  'hook-failed': {
    en: 'the hook for the DNS failed',
    ja: 'DNS を書き換えるフックコマンドが失敗しました',
  },
  'not-propagated': {
    en: 'the record did not show up in the DNS',
    ja: 'レコードが DNS に現れませんでした',
  },
  'too-slow': { en: 'the authority took too long', ja: '認証局の処理が時間内に終わりませんでした' },
  'bad-certificate': {
    en: 'what came is not the certificate that was ordered',
    ja: '届いた証明書が申し込みと一致しません',
  },
  'not-in-dns': {
    en: 'the name is not in the DNS, so the authority was not asked',
    ja: '名前が DNS に登録されていないため、申し込みを見送りました',
  },
  'many-of-the-same': {
    en: 'too many certificates for these names in a week',
    ja: '同じ名前の証明書が 1 週間に多すぎます',
  },
  stopped: { en: 'it was broken off', ja: '処理が中断されました' },
} as const satisfies Record<FailureCause, Phrase>;

/** What to do about it. */
export const CERTIFICATE_REMEDIES = {
  accountDoesNotExist: {
    en: 'Run hikyaku certificate renew: a new account is made.',
    ja: 'hikyaku certificate renew を実行すると、新しいアカウントが作られます。',
  },
  badCSR: {
    en: 'Try another kind of key with acme.key_type, and fewer names.',
    ja: '設定 acme.key_type で鍵の種類を変えるか、名前の数を減らしてください。',
  },
  badNonce: {
    en: 'The authority is out of order: it is tried again by itself.',
    ja: '認証局の不調です。自動的に再試行します。',
  },
  badPublicKey: {
    en: 'Try another kind of key with acme.key_type.',
    ja: '設定 acme.key_type で鍵の種類を変えてください。',
  },
  badSignatureAlgorithm: {
    en: 'This authority does not take ES256: choose another one with acme.directory.',
    ja: 'この認証局は ES256 に対応していません。設定 acme.directory で別の認証局を選んでください。',
  },
  caa: {
    en: 'Put the authority into the CAA record of the domain, or take that record away: hikyaku domain dns shows how.',
    ja: 'ドメインの CAA レコードにこの認証局を加えるか、CAA レコードを削除してください。書き方は hikyaku domain dns で確認できます。',
  },
  compound: {
    en: 'Mend what the authority says, then run hikyaku certificate renew.',
    ja: '認証局の指摘を直してから hikyaku certificate renew を実行してください。',
  },
  connection: {
    en: 'The name must lead here by its A and AAAA records, and port 80 (http-01) or 443 (tls-alpn-01) must be open to everybody. If neither can be, set acme.challenge = dns-01.',
    ja: '名前の A・AAAA レコードがこのサーバーを指し、ポート 80（http-01）または 443（tls-alpn-01）が外部に開いていることを確認してください。どちらも開けられない場合は、設定 acme.challenge を dns-01 にしてください。',
  },
  dns: {
    en: 'Give the name an A or AAAA record that leads here, and see that its name servers answer.',
    ja: '名前にこのサーバーを指す A または AAAA レコードを付け、ネームサーバーが応答することを確認してください。',
  },
  externalAccountRequired: {
    en: 'Get a key identifier and a MAC key from the authority, and set acme.eab_key_id and acme.eab_mac_key.',
    ja: '認証局から鍵 ID と MAC 鍵を取得し、設定 acme.eab_key_id と acme.eab_mac_key に指定してください。',
  },
  incorrectResponse: {
    en: 'Something else answers in place of this server: a proxy, another host behind the name, an old record. See where the name leads.',
    ja: 'プロキシ、別のホスト、古いレコードなど、このサーバー以外が応答しています。名前の指す先を確認してください。',
  },
  invalidContact: {
    en: 'Put a mail address that works into acme.contact, or none.',
    ja: '設定 acme.contact には有効なメールアドレスを指定するか、空にしてください。',
  },
  malformed: {
    en: 'See that the names are right. If they are, please report it with the story of the order.',
    ja: '名前が正しいか確認してください。正しい場合は、この経過を添えて報告してください。',
  },
  orderNotReady: {
    en: 'Run hikyaku certificate renew.',
    ja: 'hikyaku certificate renew を実行してください。',
  },
  rateLimited: {
    en: 'Wait: it is tried again when the authority allows. For tests use acme.directory = staging.',
    ja: '認証局が許す時刻に自動的に再試行します。試験には設定 acme.directory = staging を使ってください。',
  },
  rejectedIdentifier: {
    en: 'Public authorities issue only for names that exist in the public DNS: not for .test, .local or .internal. Set hostname to such a name.',
    ja: '公的な認証局は、公開 DNS にある名前にしか発行しません（.test、.local、.internal などは対象外です）。設定 hostname を公開された名前にしてください。',
  },
  serverInternal: {
    en: 'It is tried again by itself. The authority may have a page that shows its state.',
    ja: '自動的に再試行します。認証局の稼働状況のページがあれば確認してください。',
  },
  tls: {
    en: 'Something else answers on port 443 of the name: a proxy or another server. See where it leads.',
    ja: '名前のポート 443 で、プロキシなどこのサーバー以外が応答しています。名前の指す先を確認してください。',
  },
  unauthorized: {
    en: 'See that the name leads to this server and to no other, by A and by AAAA, and that no proxy stands before it.',
    ja: '名前の A・AAAA レコードがこのサーバーだけを指し、手前にプロキシがないことを確認してください。',
  },
  unsupportedContact: {
    en: 'Put a mail address into acme.contact, or none.',
    ja: '設定 acme.contact にはメールアドレスを指定するか、空にしてください。',
  },
  unsupportedIdentifier: {
    en: 'Ask for names of hosts only.',
    ja: 'ホスト名だけを指定してください。',
  },
  userActionRequired: {
    en: 'Visit the page that the authority names, then run hikyaku certificate renew.',
    ja: '認証局が示すページで手続きを済ませてから、hikyaku certificate renew を実行してください。',
  },
  'other-problem': {
    en: 'Mend what the authority says, then run hikyaku certificate renew.',
    ja: '認証局の指摘を直してから hikyaku certificate renew を実行してください。',
  },
  unreachable: {
    en: 'Look at acme.directory, the resolver and the firewall; the authority must be reachable on port 443. An authority of your own needs its root in acme.ca_file.',
    ja: '設定 acme.directory、DNS リゾルバー、ファイアウォールを確認してください（認証局のポート 443 に接続できる必要があります）。独自の認証局では、ルート証明書を設定 acme.ca_file に指定してください。',
  },
  'not-acme': {
    en: 'Put the URL of the directory of the authority into acme.directory.',
    ja: '設定 acme.directory に認証局のディレクトリの URL を指定してください。',
  },
  'no-such-challenge': {
    en: 'Set acme.challenge to one that the authority offers; for names with * that is dns-01.',
    ja: '設定 acme.challenge を認証局が対応する方法に変えてください（* を含む名前では dns-01 です）。',
  },
  'hook-failed': {
    en: 'Run the command of acme.dns_hook by hand as the user of the server, with the same environment.',
    ja: '設定 acme.dns_hook のコマンドを、サーバーと同じユーザーと環境変数で手動で実行して確認してください。',
  },
  'not-propagated': {
    en: 'See what the hook wrote, and where; give slow name servers more time with acme.dns_patience.',
    ja: 'フックコマンドが書き込んだ内容と場所を確認してください。ネームサーバーの反映が遅い場合は、設定 acme.dns_patience を延ばしてください。',
  },
  'too-slow': { en: 'It is tried again by itself.', ja: '自動的に再試行します。' },
  'bad-certificate': {
    en: 'It is not served. Please report it with the story of the order.',
    ja: 'この証明書は使いません。この経過を添えて報告してください。',
  },
  'not-in-dns': {
    en: 'Give the name an A or AAAA record that leads here (hikyaku domain dns shows the lines): it is looked for again within the hour. If only this server cannot see the record, use --force.',
    ja: '名前にこのサーバーを指す A または AAAA レコードを付けてください（書き方は hikyaku domain dns で確認できます）。1 時間以内に再び確認します。このサーバーからだけ見えない場合は --force を使ってください。',
  },
  'many-of-the-same': {
    en: 'Use what there is (hikyaku certificate list), or wait: authorities issue few certificates for the same names in seven days.',
    ja: '今ある証明書を使うか（hikyaku certificate list）、お待ちください。同じ名前の証明書は 7 日間に数枚までしか発行されません。',
  },
  stopped: { en: 'It is tried again by itself.', ja: '自動的に再試行します。' },
} as const satisfies Record<FailureCause, Phrase>;

export const CERTIFICATE_ORIGINS = {
  acme: { en: 'ordered by ACME', ja: 'ACME で取得' },
  imported: { en: 'brought in by hand', ja: '手動で取り込み' },
  files: { en: 'files of tls.certificate', ja: '設定 tls.certificate のファイル' },
  'self-signed': { en: 'made by this server, trusted by nobody', ja: '自己署名（信頼されません）' },
  none: { en: 'wanted, not there yet', ja: '未取得' },
} as const satisfies Record<CertificateState['origin'], Phrase>;

export const REVOCATION_REASONS = {
  unspecified: { en: 'no reason given', ja: '理由の指定なし' },
  keyCompromise: { en: 'somebody else may have the key', ja: '鍵の漏洩' },
  superseded: { en: 'another one took its place', ja: '別の証明書への置き換え' },
  cessationOfOperation: { en: 'the name is not used any more', ja: '名前の利用終了' },
} as const satisfies Record<RevocationReason, Phrase>;

/** What `certificate show` says around the facts. */
export const CERTIFICATE_SHOW = {
  title: { en: 'Certificate for {names}', ja: '{names} の証明書' },
  valid: {
    en: 'By {issuer}, valid from {from} to {until} (days left: {days}); {origin}.',
    ja: '発行者 {issuer}、有効期間 {from} から {until}（残り日数：{days}、{origin}）。',
  },
  missing: { en: 'There is none yet.', ja: 'まだありません。' },
  renews: { en: 'It is renewed at {at}.', ja: '{at} に更新します。' },
  waits: {
    en: 'The authority limits its orders: not before {at}, but with --force.',
    ja: '認証局の発行制限中のため、{at} までは申し込みません（--force を付けた場合を除く）。',
  },
  issued: {
    en: 'Issued by {issuer}, valid until {until}.',
    ja: '{issuer} が発行しました（有効期限：{until}）。',
  },
  explanation: {
    en: 'The authority explains the time at {url}.',
    ja: 'この時刻について、認証局の説明が {url} にあります。',
  },
  key: { en: 'TLSA 3 1 1 of its key: {digest}', ja: '鍵の TLSA 3 1 1：{digest}' },
  nextKey: {
    en: 'TLSA 3 1 1 of the key after it: {digest}',
    ja: '次の鍵の TLSA 3 1 1：{digest}',
  },
  order: {
    en: 'The last order, begun at {at}:',
    ja: '最後の申し込み（開始：{at}）：',
  },
  next: {
    en: 'Failures in a row: {failures}. It is tried again at {at}.',
    ja: '連続した失敗：{failures} 回。{at} に再試行します。',
  },
  remedy: { en: 'To do: {remedy}', ja: '対処：{remedy}' },
  yes: { en: 'yes', ja: 'はい' },
  no: { en: 'no', ja: 'いいえ' },
} as const satisfies Record<string, Phrase>;
