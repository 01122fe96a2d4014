/** SPF, DKIM and DMARC of a domain. */
import type { CheckTexts } from './entry.ts';

export const AUTHENTICATION_TEXTS = {
  S1: {
    title: { en: 'SPF record', ja: 'SPF レコード' },
    why: {
      en: 'Without it, or with two, SPF passes for nobody.',
      ja: 'ないか、2 つ以上あると、SPF は誰にも成功しません。',
    },
    expected: { en: 'Exactly one.', ja: 'ちょうど 1 つ。' },
    remedy: {
      en: '{domain}. 3600 IN TXT "v=spf1 mx ~all"',
      ja: 'このレコードを公開してください：{domain}. 3600 IN TXT "v=spf1 mx ~all"',
    },
    findings: {
      one: { status: 'pass', en: '{record}', ja: '{record} です。' },
      none: {
        status: 'fail',
        en: '{domain} has no SPF record.',
        ja: '{domain} に SPF レコードがありません。',
      },
      several: {
        status: 'fail',
        en: '{domain} has {count} SPF records, so that none counts.',
        ja: '{domain} に SPF レコードが {count} 個あり、どれも無効です。',
        remedy: { en: 'Merge them into one.', ja: '1 つにまとめてください。' },
      },
    },
  },
  S2: {
    title: { en: 'SPF within its limits', ja: 'SPF の制限' },
    why: {
      en: 'After ten look-ups, or two that come to nothing, the record counts as broken.',
      ja: '問い合わせが 10 回、空振りが 2 回を超えると、レコードは無効になります。',
    },
    expected: {
      en: 'Valid, with eight look-ups or fewer.',
      ja: '正しい書式で、問い合わせが 8 回以下。',
    },
    remedy: {
      en: 'Take out includes that are not used any more; write addresses as ip4: and ip6:.',
      ja: '使わない include を除き、アドレスは ip4: と ip6: で書いてください。',
    },
    findings: {
      sound: {
        status: 'pass',
        en: '{lookups} look-ups, {voids} of them void.',
        ja: '問い合わせ {lookups} 回、うち空振り {voids} 回です。',
      },
      many: {
        status: 'warn',
        en: '{lookups} of 10 look-ups are taken.',
        ja: '10 回のうち {lookups} 回を使っています。',
      },
      broken: {
        status: 'fail',
        en: 'The record is void: {reason}.',
        ja: 'レコードは無効です：{reason}。',
      },
      'no-record': {
        status: 'skip',
        en: 'There is not one record (S1).',
        ja: 'レコードが 1 つではありません（S1）。',
      },
    },
  },
  S3: {
    title: { en: 'SPF of our addresses', ja: '送信元アドレスの SPF' },
    why: {
      en: 'It is asked for the address that mail leaves from, for the domain and for the name in EHLO.',
      ja: '送信元アドレスについて、ドメインと EHLO の名前の両方が調べられます。',
    },
    expected: {
      en: 'Pass for every sending address, and an end that refuses or doubts the rest.',
      ja: 'すべての送信元で pass となり、末尾で残りを拒否または疑うこと。',
    },
    remedy: {
      en: 'Add the address: v=spf1 mx ip4:192.0.2.25 ~all; for the host {hostname}: v=spf1 a -all',
      ja: 'アドレスを加えてください：v=spf1 mx ip4:192.0.2.25 ~all。ホスト {hostname} には v=spf1 a -all。',
    },
    findings: {
      pass: { status: 'pass', en: 'pass for {addresses}.', ja: '{addresses} で pass です。' },
      'open-end': {
        status: 'warn',
        en: 'pass for our addresses, but the record says nothing against others.',
        ja: '送信元は pass ですが、レコードが他のアドレスを拒んでいません。',
      },
      'ehlo-not-passed': {
        status: 'warn',
        en: 'For the name in EHLO, {ehlo}, {address} gives {result}.',
        ja: 'EHLO の {ehlo} については、{address} が {result} になります。',
      },
      'not-passed': {
        status: 'fail',
        en: '{address} gives {result}.',
        ja: '{address} は {result} になります。',
      },
      'all-pass': {
        status: 'fail',
        en: 'The record lets everybody send (+all).',
        ja: 'レコードが誰にでも送信を許しています（+all）。',
      },
      'no-record': {
        status: 'skip',
        en: 'There is not one record (S1).',
        ja: 'レコードが 1 つではありません（S1）。',
      },
    },
  },
  K1: {
    title: { en: 'DKIM keys published', ja: 'DKIM 鍵の公開' },
    why: {
      en: 'A signature whose key is not found, or another, is worth nothing.',
      ja: '鍵が見つからないか違っていれば、署名に価値はありません。',
    },
    expected: {
      en: 'One record for each key that signs, equal to the key here.',
      ja: '署名に使う鍵ごとに、手元の鍵と同じレコードが 1 つ。',
    },
    remedy: {
      en: '`hikyaku dkim list {domain}` prints the records to paste, long ones in pieces.',
      ja: '`hikyaku dkim list {domain}` で表示されるレコードを貼り付けてください。長いものは分割してあります。',
    },
    findings: {
      equal: { status: 'pass', en: '{selectors}', ja: '{selectors} が一致しています。' },
      missing: {
        status: 'fail',
        en: '{name} has no record.',
        ja: '{name} にレコードがありません。',
      },
      differs: {
        status: 'fail',
        en: 'The record of {name} is of another key.',
        ja: '{name} のレコードは別の鍵のものです。',
      },
      several: {
        status: 'fail',
        en: '{name} has {count} records.',
        ja: '{name} にレコードが {count} 個あります。',
      },
      'no-keys': {
        status: 'skip',
        en: '{domain} has no DKIM keys here.',
        ja: '{domain} の DKIM 鍵はここにありません。',
      },
    },
  },
  K2: {
    title: { en: 'Strength of the DKIM keys', ja: 'DKIM 鍵の強度' },
    why: {
      en: 'Keys under 1024 bits are ignored, and t=y makes a signature a test.',
      ja: '1024 ビット未満の鍵は無視され、t=y の署名は試験扱いになります。',
    },
    expected: {
      en: 'RSA of 2048 bits or more, and Ed25519 beside it.',
      ja: '2048 ビット以上の RSA と、併せて Ed25519。',
    },
    remedy: {
      en: 'hikyaku dkim rotate {domain}',
      ja: '鍵を更新してください：hikyaku dkim rotate {domain}',
    },
    findings: {
      strong: { status: 'pass', en: '{keys}', ja: '{keys} です。' },
      short: { status: 'warn', en: '{name} has {bits} bits.', ja: '{name} は {bits} ビットです。' },
      weak: {
        status: 'fail',
        en: '{name} has only {bits} bits.',
        ja: '{name} は {bits} ビットしかありません。',
      },
      testing: {
        status: 'fail',
        en: 'The record of {name} says that it is a test (t=y).',
        ja: '{name} のレコードに試験中（t=y）とあります。',
        remedy: { en: 'Take t=y out of the record.', ja: 'レコードから t=y を除いてください。' },
      },
      'not-published': {
        status: 'skip',
        en: 'There is no record to look at (K1).',
        ja: '調べるレコードがありません（K1）。',
      },
      'no-keys': {
        status: 'skip',
        en: '{domain} has no DKIM keys here.',
        ja: '{domain} の DKIM 鍵はここにありません。',
      },
    },
  },
  K3: {
    title: { en: 'A signature of ours', ja: '署名の検証' },
    why: {
      en: 'What we cannot verify ourselves nobody can.',
      ja: '自分で検証できない署名は、誰にも検証できません。',
    },
    expected: {
      en: 'A fresh signature verifies with the key in the DNS, for the domain of From.',
      ja: '新しい署名が DNS の鍵で検証でき、From のドメインのものであること。',
    },
    remedy: {
      en: 'Mend K1 first. Else: does anything change mail behind this server?',
      ja: 'まず K1 を直してください。それでも失敗するなら、このサーバーの後ろでメールが書き換えられていないか確かめてください。',
    },
    findings: {
      verified: {
        status: 'pass',
        en: 'Signatures that verify: {count}, which is all of them.',
        ja: '{count} 個の署名がすべて検証できました。',
      },
      'other-domain': {
        status: 'warn',
        en: 'The signature is of {other}, not of {domain}.',
        ja: '署名は {domain} ではなく {other} のものです。',
      },
      failed: {
        status: 'fail',
        en: '{name} fails: {reason}.',
        ja: '{name} の検証に失敗しました：{reason}。',
      },
      unsigned: {
        status: 'fail',
        en: 'The message was not signed.',
        ja: 'メールに署名がありません。',
      },
      'no-keys': {
        status: 'skip',
        en: '{domain} has no DKIM keys here.',
        ja: '{domain} の DKIM 鍵はここにありません。',
      },
    },
  },
  K4: {
    title: { en: 'Age of the DKIM keys', ja: 'DKIM 鍵の更新' },
    why: {
      en: 'A key that leaked unseen ends with its rotation.',
      ja: '気付かずに漏れた鍵も、更新すれば使えなくなります。',
    },
    expected: {
      en: 'Younger than twelve months, and none in use that is revoked in the DNS.',
      ja: '12 か月以内で、DNS で失効させた鍵を使っていないこと。',
    },
    remedy: {
      en: 'hikyaku dkim rotate {domain}',
      ja: '鍵を更新してください：hikyaku dkim rotate {domain}',
    },
    findings: {
      young: {
        status: 'pass',
        en: 'The oldest is {months} months old.',
        ja: '最も古い鍵で {months} か月です。',
      },
      old: {
        status: 'warn',
        en: '{name} is {months} months old.',
        ja: '{name} は {months} か月前のものです。',
      },
      'withdrawn-early': {
        status: 'warn',
        en: '{name} signed until a moment ago, and its record is gone: what is under way cannot be verified.',
        ja: '{name} は少し前まで署名に使われていましたが、レコードがもうありません。配送中のメールを検証できません。',
        remedy: {
          en: 'Put the record back for seven days.',
          ja: 'レコードを 7 日間戻してください。',
        },
      },
      revoked: {
        status: 'fail',
        en: '{name} signs, but is revoked in the DNS (p=).',
        ja: '{name} は署名に使われていますが、DNS では失効しています（p=）。',
      },
      'no-keys': {
        status: 'skip',
        en: '{domain} has no DKIM keys here.',
        ja: '{domain} の DKIM 鍵はここにありません。',
      },
    },
  },
  M1: {
    title: { en: 'DMARC record', ja: 'DMARC レコード' },
    why: {
      en: 'Big providers want one of who sends much (Gmail: 4.7.31, 5.7.40).',
      ja: '大手は大量送信者に DMARC を求めます（Gmail：4.7.31、5.7.40）。',
    },
    expected: { en: 'Exactly one, that can be read.', ja: '読み取れるレコードがちょうど 1 つ。' },
    remedy: {
      en: '_dmarc.{domain}. 3600 IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@{domain}"',
      ja: 'このレコードを公開してください：_dmarc.{domain}. 3600 IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@{domain}"',
    },
    findings: {
      one: { status: 'pass', en: '{record}', ja: '{record} です。' },
      inherited: {
        status: 'pass',
        en: 'The record of {parent} holds here too: {record}',
        ja: '上位の {parent} のレコードが適用されます：{record}',
      },
      'old-tags': {
        status: 'warn',
        en: 'Tags that mean nothing any more: {tags}.',
        ja: '今では意味のないタグがあります：{tags}。',
      },
      none: {
        status: 'fail',
        en: '{domain} has no DMARC record.',
        ja: '{domain} に DMARC レコードがありません。',
      },
      several: {
        status: 'fail',
        en: '{domain} has {count} DMARC records, so that none counts.',
        ja: '{domain} に DMARC レコードが {count} 個あり、どれも無効です。',
      },
      unusable: {
        status: 'fail',
        en: 'The record cannot be used: {problem}.',
        ja: 'レコードを使えません：{problem}。',
      },
    },
  },
  M2: {
    title: { en: 'DMARC policy', ja: 'DMARC のポリシー' },
    why: {
      en: 'p=none only watches; p=reject loses your own mail where it is not aligned.',
      ja: 'p=none は見るだけです。p=reject は、揃っていない自分のメールも失わせます。',
    },
    expected: {
      en: 'quarantine or reject, once all own mail is aligned.',
      ja: '自分のメールがすべて揃ったら、quarantine か reject。',
    },
    remedy: {
      en: '`hikyaku dmarc reports sources` says who sends; when all that is yours has passed for a month, raise p= one step.',
      ja: '`hikyaku dmarc reports sources` で送信元を確認し、自分のメールが 1 か月すべて成功していたら p= を 1 段上げてください。',
    },
    findings: {
      enforced: { status: 'pass', en: 'p={policy}', ja: 'p={policy} です。' },
      watching: {
        status: 'pass',
        en: 'p=none since {days} days: right for the beginning.',
        ja: 'p=none で {days} 日です。始めはこれで構いません。',
      },
      idle: {
        status: 'warn',
        en: 'p=none since {days} days: nobody is kept from writing in your name.',
        ja: 'p=none のまま {days} 日です。なりすましを防げていません。',
      },
      testing: {
        status: 'warn',
        en: 't=y: the policy is only tested.',
        ja: 't=y のため、ポリシーは試験扱いです。',
      },
      'loses-own': {
        status: 'fail',
        en: 'p={policy}, while {share} % of our own mail is not aligned (M4).',
        ja: 'p={policy} ですが、自分のメールの {share} % が揃っていません（M4）。',
        remedy: {
          en: 'Go back to p=none until M4 passes.',
          ja: 'M4 が成功するまで p=none に戻してください。',
        },
      },
      'reported-failing': {
        status: 'fail',
        en: 'p={policy}, while others report that {failed} of {count} messages from this server failed.',
        ja: 'p={policy} ですが、このサーバーの {count} 通のうち {failed} 通が失敗したと報告されています。',
        remedy: {
          en: '`hikyaku dmarc reports sources --domain {domain}` says from where; go back to p=none until it is mended.',
          ja: '`hikyaku dmarc reports sources --domain {domain}` で送信元を確認し、直るまで p=none に戻してください。',
        },
      },
      'no-record': {
        status: 'skip',
        en: 'There is no record that can be used (M1).',
        ja: '使えるレコードがありません（M1）。',
      },
    },
  },
  M3: {
    title: { en: 'Where DMARC reports go', ja: 'DMARC レポートの宛先' },
    why: {
      en: 'Only reports show who sends in your name.',
      ja: 'あなたの名前で誰が送っているかは、レポートでしか分かりません。',
    },
    expected: {
      en: 'An address in rua=, and every one in rua= and ruf= takes them.',
      ja: 'rua= に宛先があり、rua= と ruf= のどの宛先も受け取れること。',
    },
    remedy: {
      en: 'Add rua=mailto:postmaster@{domain} to the record.',
      ja: 'レコードに rua=mailto:postmaster@{domain} を加えてください。',
    },
    findings: {
      here: { status: 'pass', en: '{address} takes mail here.', ja: '{address} で受け取れます。' },
      arriving: {
        status: 'pass',
        en: 'They arrive at {address}: the last one is of {day}, from {from}.',
        ja: '{address} に届いています。最新は {day}、{from} からです。',
      },
      external: {
        status: 'pass',
        en: '{target} allows reports about {domain}.',
        ja: '{target} は {domain} のレポートを受け入れています。',
      },
      none: { status: 'warn', en: 'Nobody gets reports.', ja: 'レポートの宛先がありません。' },
      refused: {
        status: 'fail',
        en: '{address} is refused here: {reply}',
        ja: '{address} はここで拒否されます：{reply}',
      },
      unauthorised: {
        status: 'fail',
        en: '{target} does not say that it takes reports about {domain}.',
        ja: '{target} が {domain} のレポートを受け取ると公開していません。',
        remedy: {
          en: 'Have the owner of {target} publish: {name}. 3600 IN TXT "v=DMARC1"',
          ja: '{target} の管理者に、このレコードを公開してもらってください：{name}. 3600 IN TXT "v=DMARC1"',
        },
      },
      'no-record': {
        status: 'skip',
        en: 'There is no record that can be used (M1).',
        ja: '使えるレコードがありません（M1）。',
      },
    },
  },
  M4: {
    title: { en: 'Alignment of what we sent', ja: '送信メールの揃い' },
    why: {
      en: 'Gmail refuses what is not aligned (4.7.32, 5.7.40).',
      ja: 'Gmail は揃っていないメールを拒否します（4.7.32、5.7.40）。',
    },
    expected: {
      en: 'All of the last hundred messages: signed by, or sent under, the domain of From.',
      ja: '最近の 100 通すべてが、From のドメインで署名または送信されていること。',
    },
    remedy: {
      en: '`hikyaku dkim generate DOMAIN` for the domain in From; authors write as their own domain.',
      ja: 'From のドメインに `hikyaku dkim generate DOMAIN` で鍵を作り、自分のドメインで送信してください。',
    },
    findings: {
      all: { status: 'pass', en: 'All of the last {count}.', ja: '最近の {count} 通すべてです。' },
      most: {
        status: 'warn',
        en: '{aligned} of the last {count}.',
        ja: '最近の {count} 通のうち {aligned} 通です。',
      },
      few: {
        status: 'fail',
        en: 'Only {aligned} of the last {count}.',
        ja: '最近の {count} 通のうち {aligned} 通だけです。',
      },
      'none-sent': {
        status: 'skip',
        en: 'Nothing was sent from {domain} yet.',
        ja: '{domain} からはまだ送信していません。',
      },
    },
  },
} as const satisfies Readonly<Record<string, CheckTexts>>;
