/** The DNS of a domain, the names of the addresses, and where its mail is sent. */
import type { CheckTexts } from './entry.ts';

export const DNS_TEXTS = {
  D1: {
    title: { en: 'Name servers', ja: 'ネームサーバー' },
    why: {
      en: 'Where they disagree, who looks gets one of several truths.',
      ja: 'ネームサーバーの間で内容が違うと、見る人ごとに答えが変わります。',
    },
    expected: {
      en: 'All of them answer, with one serial number and one list of name servers.',
      ja: 'すべてが応答し、シリアル番号とネームサーバーの一覧が一致すること。',
    },
    remedy: {
      en: 'In the panel of the registrar, name the servers that hold the zone; reload those that are behind.',
      ja: 'レジストラーの管理画面でゾーンを持つサーバーだけを指定し、遅れているものは再読み込みしてください。',
    },
    findings: {
      same: {
        status: 'pass',
        en: '{servers}: serial {serial}.',
        ja: '{servers}：シリアル {serial}。',
      },
      stale: {
        status: 'warn',
        en: 'Serial numbers differ: {serials}.',
        ja: 'シリアル番号が違います：{serials}。',
      },
      different: {
        status: 'warn',
        en: 'They name different name servers: {lists}.',
        ja: 'ネームサーバーの一覧が違います：{lists}。',
      },
      lame: {
        status: 'fail',
        en: 'No answer for the zone from {servers}.',
        ja: '{servers} がこのゾーンに答えません。',
      },
      'parent-differs': {
        status: 'warn',
        en: 'The zone above names {above}, the zone itself {own}.',
        ja: '親ゾーンは {above}、ゾーン自身は {own} を示しています。',
        remedy: {
          en: 'Make both lists the same: NS records in the zone, name servers in the panel of the registrar.',
          ja: 'ゾーンの NS レコードと、レジストラーの管理画面のネームサーバーを同じにしてください。',
        },
      },
      'glue-differs': {
        status: 'warn',
        en: 'The zone above has {glue} for {server}, the zone itself {own}.',
        ja: '{server} のアドレスが、親ゾーンでは {glue}、ゾーン自身では {own} です。',
        remedy: {
          en: 'Change the address of {server} (glue, host record) in the panel of the registrar to {own}.',
          ja: 'レジストラーの管理画面で {server} のアドレス（グルー、ホストレコード）を {own} にしてください。',
        },
      },
      'not-delegated': {
        status: 'fail',
        en: 'The zone above sends nobody to the servers of {domain}.',
        ja: '親ゾーンに {domain} への委任がありません。',
        remedy: {
          en: 'Is the domain still registered? Name its servers in the panel of the registrar.',
          ja: 'ドメインの登録が続いているか確かめ、レジストラーの管理画面でネームサーバーを指定してください。',
        },
      },
      none: {
        status: 'fail',
        en: '{domain} has no name servers.',
        ja: '{domain} にネームサーバーがありません。',
      },
    },
  },
  D2: {
    title: { en: 'Validating resolver', ja: '検証リゾルバー' },
    why: {
      en: 'DANE counts only what a resolver validated; without one it is off.',
      ja: 'DANE は検証済みの答えだけを使います。検証しないリゾルバーでは働きません。',
    },
    expected: {
      en: 'The answers of signed zones come with the AD bit, over a path that can be trusted.',
      ja: '署名されたゾーンの答えに AD ビットがあり、経路も信頼できること。',
    },
    remedy: {
      en: 'apt install unbound, then nameserver 127.0.0.1 in /etc/resolv.conf.',
      ja: 'apt install unbound を実行し、/etc/resolv.conf に nameserver 127.0.0.1 と書いてください。',
    },
    findings: {
      validates: { status: 'pass', en: '{server} validates.', ja: '{server} は検証しています。' },
      'does-not': {
        status: 'warn',
        en: '{server} does not validate: DANE is off.',
        ja: '{server} は検証しないので、DANE は働きません。',
      },
      untrusted: {
        status: 'warn',
        en: '{server} validates, but it is on another machine, and its word may be changed on the way: DANE is off.',
        ja: '{server} は検証しますが、別のマシンにあり、途中で答えを書き換えられるおそれがあるため、DANE は働きません。',
        remedy: {
          en: 'apt install unbound, then nameserver 127.0.0.1 in /etc/resolv.conf. Where nobody else can get at the way to {server}, vouch for it instead: HIKYAKU_DNS={server} HIKYAKU_DNS_TRUSTED=true',
          ja: 'apt install unbound を実行し、/etc/resolv.conf に nameserver 127.0.0.1 と書いてください。{server} までの経路に他人が入れないなら、代わりにそのリゾルバーを信頼できます：HIKYAKU_DNS={server} HIKYAKU_DNS_TRUSTED=true',
        },
      },
      broken: {
        status: 'fail',
        en: 'It cannot answer for com: {cause}.',
        ja: 'com の答えを得られません：{cause}。',
      },
    },
  },
  D3: {
    title: { en: 'Zone signed (DNSSEC)', ja: 'ゾーンの署名（DNSSEC）' },
    why: {
      en: 'A zone whose signatures fail is as good as gone for everybody who validates.',
      ja: '署名が壊れたゾーンは、検証する相手からは存在しないのと同じです。',
    },
    expected: {
      en: 'Signed, with its DS record at the registrar.',
      ja: '署名され、DS レコードが登録されていること。',
    },
    remedy: {
      en: 'Sign the zone and give the DS record to the registrar; where it is bogus, take the DS record away first.',
      ja: 'ゾーンに署名し、DS レコードをレジストラーに登録してください。壊れている場合は、まず DS を外してください。',
    },
    findings: {
      secure: { status: 'pass', en: 'Validated.', ja: '検証できました。' },
      unsigned: {
        status: 'warn',
        en: '{domain} is not signed.',
        ja: '{domain} は署名されていません。',
      },
      bogus: {
        status: 'fail',
        en: 'There is a DS record, but the answers of the zone fail validation.',
        ja: 'DS レコードがありますが、ゾーンの検証に失敗します。',
      },
      'cannot-tell': {
        status: 'unknown',
        en: 'There is a DS record, but this resolver does not validate (D2).',
        ja: 'DS レコードはありますが、このリゾルバーは検証しません（D2）。',
      },
    },
  },
  D4: {
    title: { en: 'Age of the domain', ja: 'ドメインの登録日' },
    why: {
      en: 'Mail of domains younger than some weeks is distrusted; an expired one is lost.',
      ja: '登録から数週間のドメインは疑われ、期限の切れたドメインは失われます。',
    },
    expected: {
      en: 'Six weeks or older, and not about to expire.',
      ja: '登録から 6 週間以上で、期限が近くないこと。',
    },
    remedy: {
      en: 'Young: send little, and slowly more. Expiring: renew it, and let the registrar do so by itself.',
      ja: '新しい場合は少しずつ送ってください。期限が近い場合は更新し、自動更新にしてください。',
    },
    findings: {
      old: { status: 'pass', en: 'Registered {days} days ago.', ja: '登録から {days} 日です。' },
      young: {
        status: 'warn',
        en: 'Registered only {days} days ago.',
        ja: '登録からまだ {days} 日です。',
      },
      expiring: {
        status: 'fail',
        en: 'It expires in {days} days.',
        ja: 'あと {days} 日で期限が切れます。',
      },
      'not-said': {
        status: 'unknown',
        en: 'The registry does not say when it was registered.',
        ja: 'レジストリーが登録日を公開していません。',
      },
      'not-asked': {
        status: 'skip',
        en: 'The registry is not asked (doctor.rdap is empty).',
        ja: 'doctor.rdap が空なので、レジストリーには問い合わせません。',
      },
    },
  },
  D5: {
    title: { en: 'Times to live', ja: 'TTL' },
    why: {
      en: 'What lives for days cannot be mended today; what lives for seconds is asked for all the time.',
      ja: '長すぎると訂正が今日中に届かず、短すぎると問い合わせが絶えません。',
    },
    expected: { en: 'From 300 to 86400 seconds.', ja: '300 秒から 86400 秒まで。' },
    remedy: {
      en: 'Lower them a day before a change, to 300; afterwards 3600 is a good value.',
      ja: '変更の前日に 300 まで下げ、終わったら 3600 程度に戻してください。',
    },
    findings: {
      usual: {
        status: 'pass',
        en: 'From {least} to {most} s.',
        ja: '{least} 秒から {most} 秒です。',
      },
      long: {
        status: 'warn',
        en: 'More than a day: {names}.',
        ja: '1 日を超えています：{names}。',
      },
      short: {
        status: 'warn',
        en: 'Less than five minutes: {names}.',
        ja: '5 分未満です：{names}。',
      },
      nothing: {
        status: 'skip',
        en: 'There is no record to look at yet.',
        ja: '調べるレコードがまだありません。',
      },
    },
  },
  D6: {
    title: { en: 'The DNS plan', ja: 'DNS の計画' },
    why: {
      en: 'What drifted from the plan works until somebody needs it.',
      ja: '計画からずれたレコードは、必要になったときに困ります。',
    },
    expected: {
      en: 'Every record of `hikyaku domain dns {domain}` is published, and no other in its place.',
      ja: '`hikyaku domain dns {domain}` の全レコードが公開され、余分なものがないこと。',
    },
    remedy: {
      en: '`hikyaku domain dns {domain}` prints the lines to paste.',
      ja: '`hikyaku domain dns {domain}` で表示される行を貼り付けてください。',
    },
    findings: {
      published: {
        status: 'pass',
        en: 'All {count} records are there.',
        ja: '{count} 個のレコードがすべてあります。',
      },
      extra: {
        status: 'warn',
        en: 'More than the plan: {names}.',
        ja: '計画にないもの：{names}。',
      },
      recommended: {
        status: 'warn',
        en: 'Of those that are only recommended, missing or different: {names}.',
        ja: '推奨レコードの不足または相違：{names}。',
      },
      differs: {
        status: 'fail',
        en: 'Missing or different: {names}.',
        ja: '不足または相違：{names}。',
      },
    },
  },
  I1: {
    title: { en: 'Reverse name (PTR)', ja: '逆引き（PTR）' },
    why: {
      en: 'Big providers refuse mail of addresses without a name (Gmail: 4.7.23, 5.7.25).',
      ja: '大手は逆引きのないアドレスからのメールを拒否します（Gmail：4.7.23、5.7.25）。',
    },
    expected: { en: 'One name for each address.', ja: 'アドレスごとに名前が 1 つ。' },
    remedy: {
      en: 'Set it in the panel of who gave you the address: {hostname}',
      ja: 'アドレスの提供元の管理画面で {hostname} と設定してください。',
    },
    findings: {
      one: { status: 'pass', en: '{names}', ja: '{names} です。' },
      several: {
        status: 'warn',
        en: '{address} has several names: {names}.',
        ja: '{address} に名前が複数あります：{names}。',
      },
      none: { status: 'fail', en: '{address} has no name.', ja: '{address} に名前がありません。' },
    },
  },
  I2: {
    title: { en: 'Confirmed reverse name', ja: '逆引きの確認' },
    why: {
      en: 'Anyone can give an address any name: only one that leads back counts.',
      ja: '逆引きには何でも書けるため、元のアドレスに戻る名前だけが信用されます。',
    },
    expected: {
      en: 'The name leads back to the address, and is the one that EHLO says: {hostname}.',
      ja: '名前が元のアドレスに戻り、EHLO の {hostname} と同じこと。',
    },
    remedy: {
      en: 'Make PTR, A or AAAA, and HIKYAKU_HOSTNAME say the same: {hostname}.',
      ja: 'PTR、A または AAAA、HIKYAKU_HOSTNAME を {hostname} に揃えてください。',
    },
    findings: {
      equal: {
        status: 'pass',
        en: '{addresses} and {name} lead to each other.',
        ja: '{addresses} と {name} は互いを指しています。',
      },
      other: {
        status: 'warn',
        en: '{address} is {name}, while EHLO says {ehlo}.',
        ja: '{address} は {name} ですが、EHLO は {ehlo} です。',
      },
      unconfirmed: {
        status: 'fail',
        en: 'No name of {address} leads back to it.',
        ja: '{address} の名前から元のアドレスに戻れません。',
      },
    },
  },
  I3: {
    title: { en: 'Reverse name of its own', ja: '固有の逆引き名' },
    why: {
      en: 'Names with the address in them look like home lines, and are refused as such.',
      ja: 'アドレスを含む名前は家庭の回線に見え、拒否されがちです。',
    },
    expected: { en: 'A name that somebody chose.', ja: '人が付けた名前であること。' },
    remedy: {
      en: 'Have the PTR record changed to {hostname}.',
      ja: 'PTR を {hostname} に変えてもらってください。',
    },
    findings: {
      own: { status: 'pass', en: '{names}', ja: '{names} です。' },
      generic: {
        status: 'warn',
        en: '{name} looks generic.',
        ja: '{name} は自動生成の名前に見えます。',
      },
      'no-name': { status: 'skip', en: 'There is no name (I1).', ja: '名前がありません（I1）。' },
    },
  },
  X1: {
    title: { en: 'Mail exchange (MX)', ja: 'MX' },
    why: {
      en: 'It says where mail for the domain goes.',
      ja: 'ドメイン宛てのメールの届け先を決めます。',
    },
    expected: { en: 'All of them are this server.', ja: 'すべてがこのサーバーを指すこと。' },
    remedy: {
      en: '{domain}. 3600 IN MX 10 {hostname}.',
      ja: 'このレコードを公開してください：{domain}. 3600 IN MX 10 {hostname}.',
    },
    findings: {
      ours: { status: 'pass', en: '{names}', ja: '{names} です。' },
      others: {
        status: 'warn',
        en: 'Not all are this server: {names}.',
        ja: 'このサーバー以外のものがあります：{names}。',
      },
      foreign: {
        status: 'fail',
        en: 'None is this server: {names}.',
        ja: 'どれもこのサーバーではありません：{names}。',
      },
      none: {
        status: 'fail',
        en: '{domain} has no MX record.',
        ja: '{domain} に MX レコードがありません。',
      },
      'null-mx': {
        status: 'fail',
        en: '{domain} says that it takes no mail (null MX).',
        ja: '{domain} はメールを受け取らないと宣言しています（null MX）。',
      },
    },
  },
  X2: {
    title: { en: 'Hosts of the MX', ja: 'MX のホスト' },
    why: {
      en: 'An alias or an address where a host name must stand is not followed by all.',
      ja: 'ホスト名の代わりに別名やアドレスがあると、届かないことがあります。',
    },
    expected: { en: 'Host names with A or AAAA records.', ja: 'A か AAAA を持つホスト名。' },
    remedy: {
      en: 'Name the host itself: {domain}. 3600 IN MX 10 {hostname}.',
      ja: 'ホスト自身の名前にしてください：{domain}. 3600 IN MX 10 {hostname}.',
    },
    findings: {
      hosts: { status: 'pass', en: '{names}', ja: '{names} です。' },
      alias: {
        status: 'fail',
        en: '{name} is an alias of {target}.',
        ja: '{name} は {target} の別名です。',
      },
      address: { status: 'fail', en: '{name} is an address.', ja: '{name} はアドレスです。' },
      dangling: {
        status: 'fail',
        en: '{name} has no address.',
        ja: '{name} にアドレスがありません。',
      },
      'no-mx': {
        status: 'skip',
        en: 'There is no MX record (X1).',
        ja: 'MX レコードがありません（X1）。',
      },
    },
  },
  X3: {
    title: { en: 'postmaster and abuse', ja: 'postmaster と abuse' },
    why: {
      en: 'Others write there before they block; some block who refuses it.',
      ja: '相手は遮断の前にここへ連絡します。拒否するだけで遮断されることもあります。',
    },
    expected: { en: 'Both take mail.', ja: '両方ともメールを受け取ること。' },
    remedy: {
      en: 'hikyaku alias add postmaster@{domain} you@{domain}',
      ja: '別名を作ってください：hikyaku alias add postmaster@{domain} you@{domain}',
    },
    findings: {
      both: { status: 'pass', en: 'Both take mail.', ja: '両方ともメールを受け取ります。' },
      'no-abuse': {
        status: 'warn',
        en: 'abuse@{domain} is refused: {reply}',
        ja: 'abuse@{domain} を拒否しました：{reply}',
      },
      'no-postmaster': {
        status: 'fail',
        en: 'postmaster@{domain} is refused: {reply}',
        ja: 'postmaster@{domain} を拒否しました：{reply}',
      },
    },
  },
} as const satisfies Readonly<Record<string, CheckTexts>>;
