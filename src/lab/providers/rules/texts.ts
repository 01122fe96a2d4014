/** What each condition of a rule asks, and what it saw, in English and Japanese: the catalogue of traces. Placeholders are fields of what was seen. */
import type { Phrase } from '#mail/story/phrase';

export interface ConditionTexts {
  /** What is asked, as a heading. */
  readonly asks: Phrase;
  readonly matched: Phrase;
  readonly passed: Phrase;
}

export const CONDITION_TEXTS = {
  'no-reverse-name': {
    asks: {
      en: 'Has the address a name that leads back to it?',
      ja: 'アドレスに、正引きで元に戻る名前があるか',
    },
    matched: {
      en: 'The address {ip} has no name that leads back to it (found: {name}).',
      ja: 'アドレス {ip} には、正引きで元に戻る名前がありません(見つかった名前: {name})。',
    },
    passed: { en: '{ip} is {name}.', ja: '{ip} の名前は {name} です。' },
  },
  listed: {
    asks: { en: 'Is the address on a block list?', ja: 'アドレスがブロックリストに載っているか' },
    matched: { en: '{ip} is listed by {zones}.', ja: '{ip} は {zones} に載っています。' },
    passed: { en: '{ip} is not listed.', ja: '{ip} は載っていません。' },
  },
  'bad-address': {
    asks: { en: 'What is thought of the address?', ja: 'アドレスの評判はどうか' },
    matched: {
      en: 'The reputation of {ip} is {reputation} ({score}).',
      ja: '{ip} の評判は {reputation}({score})です。',
    },
    passed: {
      en: 'The reputation of {ip} is {reputation} ({score}).',
      ja: '{ip} の評判は {reputation}({score})です。',
    },
  },
  'guessed-yesterday': {
    asks: {
      en: 'Did the address ask for many unknown mailboxes yesterday?',
      ja: '昨日、このアドレスから存在しない宛先が多く来たか',
    },
    matched: {
      en: 'Yesterday {unknown} recipients from {ip} did not exist, {accepted} did.',
      ja: '昨日 {ip} から、存在しない宛先が {unknown} 件、存在する宛先が {accepted} 件来ました。',
    },
    passed: {
      en: 'Yesterday {unknown} recipients from {ip} did not exist, {accepted} did.',
      ja: '昨日 {ip} から、存在しない宛先が {unknown} 件、存在する宛先が {accepted} 件来ました。',
    },
  },
  'bulk-in-clear': {
    asks: { en: 'Does bulk mail come without TLS?', ja: '大量配信のメールが TLS なしで来たか' },
    matched: {
      en: 'The address sends bulk mail, and the session is in clear.',
      ja: 'このアドレスは大量配信者ですが、セッションが暗号化されていません。',
    },
    passed: {
      en: 'TLS: {tls}; sender of bulk mail: {bulk}.',
      ja: 'TLS: {tls}、大量配信者: {bulk}。',
    },
  },
  'no-sender-domain': {
    asks: {
      en: 'Can mail to the domain of the reverse-path be delivered?',
      ja: '返信先(reverse-path)のドメインはメールを受け取れるか',
    },
    matched: {
      en: 'The domain of <{reversePath}> has neither MX nor address, or a null MX.',
      ja: '<{reversePath}> のドメインに MX もアドレスもないか、null MX です。',
    },
    passed: {
      en: 'The domain of <{reversePath}>: {senderDomain}.',
      ja: '<{reversePath}> のドメイン: {senderDomain}。',
    },
  },
  'unknown-mailbox': {
    asks: { en: 'Is the mailbox there?', ja: 'メールボックスが存在するか' },
    matched: { en: 'There is no {to}.', ja: '{to} は存在しません。' },
    passed: { en: '{to} is there.', ja: '{to} は存在します。' },
  },
  'full-mailbox': {
    asks: { en: 'Is the mailbox full?', ja: 'メールボックスがいっぱいか' },
    matched: { en: '{to} has no room.', ja: '{to} に空きがありません。' },
    passed: { en: '{to} has room.', ja: '{to} に空きがあります。' },
  },
  'closed-mailbox': {
    asks: { en: 'Is the mailbox in use?', ja: 'メールボックスが使われているか' },
    matched: {
      en: '{to} was not used for so long that it takes nothing more.',
      ja: '{to} は長く使われていないため、もう受け取りません。',
    },
    passed: { en: '{to} is in use.', ja: '{to} は使われています。' },
  },
  'too-much-for-one': {
    asks: { en: 'Does one person get too much?', ja: '一人に届きすぎていないか' },
    matched: {
      en: '{to} got {got} messages today; {most} is the most.',
      ja: '{to} には今日 {got} 通届き、上限は {most} 通です。',
    },
    passed: {
      en: '{to} got {got} messages today; {most} is the most.',
      ja: '{to} には今日 {got} 通届き、上限は {most} 通です。',
    },
  },
  'too-many-recipients': {
    asks: {
      en: 'Has the message too many recipients in one transaction?',
      ja: '一つのトランザクションに宛先が多すぎないか',
    },
    matched: {
      en: '{taken} recipients were taken before {to}; {most} is the most in one transaction.',
      ja: '{to} の前に {taken} 件の宛先を受け取りました。一つのトランザクションの上限は {most} 件です。',
    },
    passed: {
      en: '{taken} recipients were taken before {to}; {most} is the most in one transaction.',
      ja: '{to} の前に {taken} 件の宛先を受け取りました。一つのトランザクションの上限は {most} 件です。',
    },
  },
  'not-allowed': {
    asks: {
      en: 'Does this person take mail of the domain?',
      ja: 'この人はこのドメインからのメールを受け取るか(ドメイン指定受信)',
    },
    matched: {
      en: '{to} takes mail of {allows} alone, and this is of {domain}.',
      ja: '{to} は {allows} からだけ受け取る設定で、このメールは {domain} からです。',
    },
    passed: {
      en: '{to} takes mail of {domain} (allowed: {allows}).',
      ja: '{to} は {domain} からのメールを受け取ります(許可: {allows})。',
    },
  },
  'first-try': {
    asks: {
      en: 'Have this address, author and recipient been seen together before?',
      ja: 'このアドレス・差出人・宛先の組み合わせは初めてか',
    },
    matched: {
      en: '{ip}, <{reversePath}> and <{to}>: the first try and those soon after it are put off.',
      ja: '{ip}、<{reversePath}>、<{to}> の組: 最初の試みとその直後の試みは後回しにされます。',
    },
    passed: {
      en: '{ip}, <{reversePath}> and <{to}> are known together.',
      ja: '{ip}、<{reversePath}>、<{to}> の組は既知です。',
    },
  },
  'authentication-unclear': {
    asks: {
      en: 'Did the DNS leave open whether the mail is authentic?',
      ja: 'DNS の障害で認証の結果が決まらないか',
    },
    matched: {
      en: 'SPF: {spf}, DKIM: {dkim}, DMARC: {dmarc}; a DNS server did not answer.',
      ja: 'SPF: {spf}、DKIM: {dkim}、DMARC: {dmarc}。DNS サーバーが答えませんでした。',
    },
    passed: {
      en: 'SPF: {spf}, DKIM: {dkim}, DMARC: {dmarc}.',
      ja: 'SPF: {spf}、DKIM: {dkim}、DMARC: {dmarc}。',
    },
  },
  'nobody-vouches': {
    asks: { en: 'Does neither SPF nor DKIM pass?', ja: 'SPF も DKIM も合格しないか' },
    matched: {
      en: 'SPF of {spfDomain}: {spf}; DKIM: {dkim}. Nobody answers for this mail.',
      ja: '{spfDomain} の SPF: {spf}、DKIM: {dkim}。このメールに責任を持つ者がいません。',
    },
    passed: {
      en: 'SPF of {spfDomain}: {spf}; DKIM: {dkim}.',
      ja: '{spfDomain} の SPF: {spf}、DKIM: {dkim}。',
    },
  },
  'spf-too-wide': {
    asks: {
      en: 'Does the SPF record let nearly everybody send?',
      ja: 'SPF レコードが、ほとんど誰にでも送信を許していないか',
    },
    matched: {
      en: 'By «{term}» the SPF record of {spfDomain} lets half the Internet send, or all of it (RFC 7208 §5.1, §5.6): its pass says nothing.',
      ja: '{spfDomain} の SPF レコードは「{term}」によって、インターネットの大半または全体に送信を許しています(RFC 7208 §5.1、§5.6)。これでは合格しても意味がありません。',
    },
    passed: {
      en: 'The SPF record of {spfDomain} has no term as wide as that.',
      ja: '{spfDomain} の SPF レコードに、そこまで広い指定はありません。',
    },
  },
  'refused-by-author': {
    asks: {
      en: 'Does DMARC fail, and the author’s domain ask for refusal?',
      ja: 'DMARC が不合格で、差出人のドメインが拒否を求めているか',
    },
    matched: {
      en: 'DMARC of {domain}: {dmarc}, and its policy is {policy}.',
      ja: '{domain} の DMARC: {dmarc}。ポリシーは {policy} です。',
    },
    passed: {
      en: 'DMARC of {domain}: {dmarc}, policy {policy}.',
      ja: '{domain} の DMARC: {dmarc}、ポリシー: {policy}。',
    },
  },
  'quarantined-by-author': {
    asks: {
      en: 'Does DMARC fail, and the author’s domain ask for quarantine?',
      ja: 'DMARC が不合格で、差出人のドメインが隔離を求めているか',
    },
    matched: {
      en: 'DMARC of {domain}: {dmarc}, and its policy is {policy}.',
      ja: '{domain} の DMARC: {dmarc}。ポリシーは {policy} です。',
    },
    passed: {
      en: 'DMARC of {domain}: {dmarc}, policy {policy}.',
      ja: '{domain} の DMARC: {dmarc}、ポリシー: {policy}。',
    },
  },
  'bulk-without-spf': {
    asks: { en: 'Is it bulk mail whose SPF does not pass?', ja: '大量配信で SPF が不合格か' },
    matched: {
      en: '{domain} sends bulk mail, and SPF of {spfDomain} says {spf}.',
      ja: '{domain} は大量配信者で、{spfDomain} の SPF は {spf} です。',
    },
    passed: {
      en: '{domain}: sender of bulk mail: {bulk}; SPF of {spfDomain}: {spf}.',
      ja: '{domain}: 大量配信者: {bulk}、{spfDomain} の SPF: {spf}。',
    },
  },
  'bulk-without-dkim': {
    asks: { en: 'Is it bulk mail whose DKIM does not pass?', ja: '大量配信で DKIM が不合格か' },
    matched: {
      en: '{domain} sends bulk mail, and DKIM says {dkim}.',
      ja: '{domain} は大量配信者で、DKIM は {dkim} です。',
    },
    passed: {
      en: '{domain}: sender of bulk mail: {bulk}; DKIM: {dkim}.',
      ja: '{domain}: 大量配信者: {bulk}、DKIM: {dkim}。',
    },
  },
  'bulk-without-policy': {
    asks: {
      en: 'Is it bulk mail without a DMARC record?',
      ja: '大量配信で DMARC レコードがないか',
    },
    matched: {
      en: '{domain} sends bulk mail, and {author} has no DMARC record.',
      ja: '{domain} は大量配信者ですが、{author} に DMARC レコードがありません。',
    },
    passed: {
      en: '{domain}: sender of bulk mail: {bulk}; the author is {author}.',
      ja: '{domain}: 大量配信者: {bulk}、差出人のドメイン: {author}。',
    },
  },
  'bulk-not-aligned': {
    asks: {
      en: 'Is it bulk mail for whose author neither SPF nor DKIM answers?',
      ja: '大量配信で、SPF も DKIM も差出人のドメインと一致しないか',
    },
    matched: {
      en: '{domain} sends bulk mail, and neither SPF nor DKIM is aligned with {author}.',
      ja: '{domain} は大量配信者ですが、SPF も DKIM も {author} と一致していません。',
    },
    passed: {
      en: '{domain}: sender of bulk mail: {bulk}; aligned with {author}: SPF {alignedSpf}, DKIM {alignedDkim}.',
      ja: '{domain}: 大量配信者: {bulk}、{author} との一致: SPF {alignedSpf}、DKIM {alignedDkim}。',
    },
  },
  'bulk-not-authenticated': {
    asks: {
      en: 'Is it bulk mail that lacks SPF, DKIM or DMARC?',
      ja: '大量配信で SPF・DKIM・DMARC のどれかが欠けているか',
    },
    matched: {
      en: '{domain} sends bulk mail, but SPF: {spf}, DKIM: {dkim}, DMARC: {dmarc}.',
      ja: '{domain} は大量配信者ですが、SPF: {spf}、DKIM: {dkim}、DMARC: {dmarc} です。',
    },
    passed: {
      en: '{domain}: sender of bulk mail: {bulk}; SPF: {spf}, DKIM: {dkim}, DMARC: {dmarc}.',
      ja: '{domain}: 大量配信者: {bulk}、SPF: {spf}、DKIM: {dkim}、DMARC: {dmarc}。',
    },
  },
  'several-authors': {
    asks: { en: 'Is it unclear who the author is?', ja: '差出人(From)がはっきりしないか' },
    matched: { en: 'The From field was read as: {author}.', ja: 'From の読み取り結果: {author}。' },
    passed: { en: 'There is one author.', ja: '差出人は一人です。' },
  },
  'bad-form': {
    asks: { en: 'Does the header break its form?', ja: 'ヘッダーの形式が壊れているか' },
    matched: {
      en: 'Date or Message-ID is not there once, or a line of the header is no field.',
      ja: 'Date か Message-ID がちょうど一つではないか、ヘッダーに形式外の行があります。',
    },
    passed: { en: 'The header keeps its form.', ja: 'ヘッダーの形式は正しいです。' },
  },
  'address-over-quota': {
    asks: { en: 'Is the address over its quota of the day?', ja: 'アドレスが一日の上限を超えたか' },
    matched: {
      en: '{ip} has sent {accepted} of its {quota} today.',
      ja: '{ip} は今日 {quota} 通のうち {accepted} 通を送りました。',
    },
    passed: {
      en: '{ip} has sent {accepted} of its {quota} today.',
      ja: '{ip} は今日 {quota} 通のうち {accepted} 通を送りました。',
    },
  },
  'spf-domain-over-quota': {
    asks: {
      en: 'Is the domain that SPF vouches for over its quota?',
      ja: 'SPF で確かめたドメインが一日の上限を超えたか',
    },
    matched: {
      en: '{domain} has sent {accepted} of its {quota} today.',
      ja: '{domain} は今日 {quota} 通のうち {accepted} 通を送りました。',
    },
    passed: {
      en: '{domain} (known by {by}) has sent {accepted} of its {quota} today.',
      ja: '{domain}({by} で確認)は今日 {quota} 通のうち {accepted} 通を送りました。',
    },
  },
  'dkim-domain-over-quota': {
    asks: {
      en: 'Is the domain that signed over its quota?',
      ja: '署名したドメインが一日の上限を超えたか',
    },
    matched: {
      en: '{domain} has sent {accepted} of its {quota} today.',
      ja: '{domain} は今日 {quota} 通のうち {accepted} 通を送りました。',
    },
    passed: {
      en: '{domain} (known by {by}) has sent {accepted} of its {quota} today.',
      ja: '{domain}({by} で確認)は今日 {quota} 通のうち {accepted} 通を送りました。',
    },
  },
  'address-blocked': {
    asks: {
      en: 'Is an address of bad reputation over its quota?',
      ja: '評判の悪いアドレスが一日の上限を超えたか',
    },
    matched: {
      en: 'The reputation of {ip} is {reputation} ({score}), and it has sent {accepted} of its {quota} today.',
      ja: '{ip} の評判は {reputation}({score})で、今日 {quota} 通のうち {accepted} 通を送りました。',
    },
    passed: {
      en: 'The reputation of {ip} is {reputation} ({score}); it has sent {accepted} of its {quota} today.',
      ja: '{ip} の評判は {reputation}({score})で、今日 {quota} 通のうち {accepted} 通を送りました。',
    },
  },
  'dkim-domain-blocked': {
    asks: {
      en: 'Is a domain of bad reputation that signed over its quota?',
      ja: '署名した、評判の悪いドメインが一日の上限を超えたか',
    },
    matched: {
      en: 'The reputation of {domain} is {reputation} ({score}), and it has sent {accepted} of its {quota} today.',
      ja: '{domain} の評判は {reputation}({score})で、今日 {quota} 通のうち {accepted} 通を送りました。',
    },
    passed: {
      en: 'The reputation of {domain} (known by {by}) is {reputation} ({score}); it has sent {accepted} of its {quota} today.',
      ja: '{domain}({by} で確認)の評判は {reputation}({score})で、今日 {quota} 通のうち {accepted} 通を送りました。',
    },
  },
  'spf-domain-blocked': {
    asks: {
      en: 'Is a domain of bad reputation that SPF vouches for over its quota?',
      ja: 'SPF で確かめた、評判の悪いドメインが一日の上限を超えたか',
    },
    matched: {
      en: 'The reputation of {domain} is {reputation} ({score}), and it has sent {accepted} of its {quota} today.',
      ja: '{domain} の評判は {reputation}({score})で、今日 {quota} 通のうち {accepted} 通を送りました。',
    },
    passed: {
      en: 'The reputation of {domain} (known by {by}) is {reputation} ({score}); it has sent {accepted} of its {quota} today.',
      ja: '{domain}({by} で確認)の評判は {reputation}({score})で、今日 {quota} 通のうち {accepted} 通を送りました。',
    },
  },
  'netblock-over-quota': {
    asks: {
      en: 'Do the addresses around it send too much together?',
      ja: '周囲のアドレスが合わせて送りすぎていないか',
    },
    matched: {
      en: 'All addresses of {netblock} have sent {accepted} together today; {most} is the most.',
      ja: '{netblock} のアドレス全体で今日 {accepted} 通を送りました。上限は {most} 通です。',
    },
    passed: {
      en: 'All addresses of {netblock} have sent {accepted} together today; {most} is the most.',
      ja: '{netblock} のアドレス全体で今日 {accepted} 通を送りました。上限は {most} 通です。',
    },
  },
  'many-complaints': {
    asks: {
      en: 'Do too many readers call it spam?',
      ja: '迷惑メールとして報告した読者が多すぎないか',
    },
    matched: {
      en: '{complaints} complaints on {inbox} messages of {domain} in seven days: {rate}, over the line of {line}.',
      ja: '{domain} の七日間のメール {inbox} 通に対して報告 {complaints} 件: {rate}。基準 {line} を超えています。',
    },
    passed: {
      en: '{complaints} complaints on {inbox} messages of {domain} in seven days: {rate}; the line is {line}.',
      ja: '{domain} の七日間のメール {inbox} 通に対して報告 {complaints} 件: {rate}。基準は {line} です。',
    },
  },
  'many-unknown': {
    asks: {
      en: 'Did the address ask for too many unknown mailboxes?',
      ja: '存在しない宛先が多すぎないか',
    },
    matched: {
      en: '{unknown} unknown mailboxes from {ip} in seven days: {rate}, over the line of {line}.',
      ja: '{ip} から七日間に存在しない宛先が {unknown} 件: {rate}。基準 {line} を超えています。',
    },
    passed: {
      en: '{unknown} unknown mailboxes from {ip} in seven days: {rate}; the line is {line}.',
      ja: '{ip} から七日間に存在しない宛先が {unknown} 件: {rate}。基準は {line} です。',
    },
  },
  'bulk-without-one-click': {
    asks: {
      en: 'Is it bulk mail that cannot be left by one click?',
      ja: '大量配信なのにワンクリックで退会できないか',
    },
    matched: {
      en: '{domain} sends bulk mail, and List-Unsubscribe with List-Unsubscribe-Post, both signed, is missing (RFC 8058).',
      ja: '{domain} は大量配信者ですが、署名された List-Unsubscribe と List-Unsubscribe-Post がありません(RFC 8058)。',
    },
    passed: {
      en: '{domain}: sender of bulk mail: {bulk}; a list: {marked}; one click: {oneClick}.',
      ja: '{domain}: 大量配信者: {bulk}、リスト: {marked}、ワンクリック: {oneClick}。',
    },
  },
  'poor-domain': {
    asks: { en: 'What is thought of the domain?', ja: 'ドメインの評判はどうか' },
    matched: {
      en: 'The reputation of {domain} is {reputation} ({score}).',
      ja: '{domain} の評判は {reputation}({score})です。',
    },
    passed: {
      en: 'The reputation of {domain} is {reputation} ({score}).',
      ja: '{domain} の評判は {reputation}({score})です。',
    },
  },
} as const satisfies Record<string, ConditionTexts>;

export type ConditionKey = keyof typeof CONDITION_TEXTS;

/** Beside a rule that matched long before already. */
export const LATER_TEXTS = {
  replied: {
    en: 'It was so for long: the second reply holds.',
    ja: '長くこの状態が続いたため、二段目の返答になりました。',
  },
  passes: {
    en: 'The first try was long enough ago: it is let through.',
    ja: '最初の試みから十分に時間がたったため、通しました。',
  },
} as const satisfies Record<string, Phrase>;
