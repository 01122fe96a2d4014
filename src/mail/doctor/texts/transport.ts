/** TLS, the policies for it, and how mail programs find their settings. */
import type { CheckTexts } from './entry.ts';

export const TRANSPORT_TEXTS = {
  T1: {
    title: { en: 'Certificate', ja: '証明書' },
    why: {
      en: 'Mail programs refuse a wrong one, and senders who verify (MTA-STS) hold their mail.',
      ja: 'メールソフトは不正な証明書を拒み、検証する送信者（MTA-STS）は送信を止めます。',
    },
    expected: {
      en: 'For {hostname} and every other name that is ordered, with its whole chain, and more than 21 days to go.',
      ja: '{hostname} と取得対象の各名前のもので、チェーンが揃い、残りが 21 日を超えること。',
    },
    remedy: {
      en: '`hikyaku certificate list` says what became of the last renewal.',
      ja: '`hikyaku certificate list` で、前回の更新の結果が分かります。',
    },
    findings: {
      valid: {
        status: 'pass',
        en: 'Of {issuer}, for {days} more days.',
        ja: '{issuer} の発行で、残り {days} 日です。',
      },
      ending: { status: 'warn', en: 'It ends in {days} days.', ja: '残り {days} 日です。' },
      'about-to-end': {
        status: 'fail',
        en: 'It ends in {days} days.',
        ja: '残り {days} 日しかありません。',
      },
      'name-ending': {
        status: 'warn',
        en: 'That for {name} ends in {days} days.',
        ja: '{name} の証明書は残り {days} 日です。',
      },
      'name-about-to-end': {
        status: 'fail',
        en: 'That for {name} ends in {days} days.',
        ja: '{name} の証明書は残り {days} 日しかありません。',
      },
      'name-without': {
        status: 'fail',
        en: 'Who asks for {name} gets a certificate that is not for it, or that nobody trusts: {cause}.',
        ja: '{name} に対して、その名前のものではない、または信頼されない証明書を示しています：{cause}。',
        remedy: {
          en: 'Get one: hikyaku certificate renew {name}',
          ja: '次のコマンドで取得してください：hikyaku certificate renew {name}',
        },
      },
      expired: { status: 'fail', en: 'It ended on {date}.', ja: '{date} に期限が切れました。' },
      'wrong-name': {
        status: 'fail',
        en: 'It is for {names}, not for {hostname}.',
        ja: '{hostname} ではなく {names} のものです。',
      },
      'self-signed': {
        status: 'fail',
        en: 'It is self-signed: nobody outside can trust it.',
        ja: '自己署名で、外部の誰にも信頼されません。',
        remedy: {
          en: 'Get one: `hikyaku certificate request {hostname}`, or name files: HIKYAKU_TLS_CERTIFICATE and HIKYAKU_TLS_KEY.',
          ja: '`hikyaku certificate request {hostname}` で取得するか、HIKYAKU_TLS_CERTIFICATE と HIKYAKU_TLS_KEY にファイルを指定してください。',
        },
      },
      'incomplete-chain': {
        status: 'fail',
        en: 'It leads to no root: {cause}.',
        ja: 'ルートまでたどれません：{cause}。',
      },
    },
  },
  T2: {
    title: { en: 'Renewal of the certificate', ja: '証明書の更新' },
    why: {
      en: 'A renewal that cannot work shows itself on the day it is needed.',
      ja: '更新できないことは、必要になった日に初めて分かります。',
    },
    expected: {
      en: 'The last attempt worked, and an authority that came now would find our answer.',
      ja: '前回の更新が成功し、認証局が今来ても応答を見つけられること。',
    },
    remedy: {
      en: 'Open port 80 of {hostname} (443 for tls-alpn-01) to all, or use DNS-01.',
      ja: '{hostname} の 80 番（tls-alpn-01 では 443 番）を全体に開くか、DNS-01 を使ってください。',
    },
    findings: {
      ready: {
        status: 'pass',
        en: 'A challenge of our own was answered from outside as it should be; next renewal {next}.',
        ja: '試験用の検証に外から正しく応答しました。次の更新は {next} です。',
      },
      'by-dns': {
        status: 'unknown',
        en: 'The last order worked, and the next is due {next}. The hook that changes the zone is run for a real order alone.',
        ja: '前回の取得は成功し、次の更新は {next} です。ゾーンを変更するフックは、実際の取得でしか実行しません。',
        remedy: {
          en: 'To try the whole way now: hikyaku certificate renew {hostname} --force',
          ja: '今すぐ全体を試すには：hikyaku certificate renew {hostname} --force',
        },
      },
      'near-limit': {
        status: 'warn',
        en: '{count} certificates were issued for {names} in seven days. Authorities issue five, and then none for days.',
        ja: '{names} の証明書が 7 日間に {count} 回発行されています。認証局は 5 回で発行を止めます。',
        remedy: {
          en: 'Order no more by hand, and keep the data folder: it holds what was issued.',
          ja: '手動での取得をやめ、発行済みの証明書があるデータフォルダーを消さないでください。',
        },
      },
      foreign: {
        status: 'fail',
        en: 'What answers at {what} did not give our answer: {answer}.',
        ja: '{what} が当方の応答を返しません：{answer}。',
        remedy: {
          en: 'Its name must lead to this server, and a proxy before it must pass /.well-known/acme-challenge/ (port 80) or acme-tls/1 (port 443) on.',
          ja: 'その名前をこのサーバーに向け、手前のプロキシーに /.well-known/acme-challenge/（80 番）または acme-tls/1（443 番）を通させてください。',
        },
      },
      slowed: {
        status: 'warn',
        en: 'The authority limits us: {cause}.',
        ja: '認証局に制限されています：{cause}。',
      },
      failing: {
        status: 'fail',
        en: 'The last attempt failed: {cause}.',
        ja: '前回の更新に失敗しました：{cause}。',
      },
      closed: {
        status: 'fail',
        en: 'The challenge path cannot be reached: {cause}.',
        ja: '検証の経路に届きません：{cause}。',
      },
      'not-used': {
        status: 'skip',
        en: 'Certificates are not got by ACME here.',
        ja: 'ACME では証明書を取得していません。',
      },
    },
  },
  T3: {
    title: { en: 'TLS versions', ja: 'TLS の版' },
    why: {
      en: 'Without STARTTLS mail comes in clear; old versions can be broken.',
      ja: 'STARTTLS がなければ平文で届き、古い版は破られます。',
    },
    expected: {
      en: 'TLS 1.2 and 1.3 alone, with strong suites, on all listeners.',
      ja: 'すべてのポートで TLS 1.2 と 1.3 だけ、強い暗号だけを使うこと。',
    },
    remedy: {
      en: 'This server offers nothing older: what stands before it (a proxy, a firewall) must pass TLS through.',
      ja: 'このサーバー自身は古い版を使いません。手前のプロキシーやファイアウォールに TLS をそのまま通させてください。',
    },
    findings: {
      modern: { status: 'pass', en: '{versions}', ja: '{versions} です。' },
      'weak-suite': {
        status: 'warn',
        en: '{port} takes the weak suite {suite}.',
        ja: '{port} が弱い暗号 {suite} を受け入れます。',
      },
      old: {
        status: 'fail',
        en: '{port} speaks {version}.',
        ja: '{port} が {version} に応じます。',
      },
      'no-starttls': {
        status: 'fail',
        en: '{port} offers no STARTTLS.',
        ja: '{port} に STARTTLS がありません。',
      },
    },
  },
  T4: {
    title: { en: 'Login only under TLS', ja: 'TLS でのログイン' },
    why: {
      en: 'A password in clear is everybody’s on the way.',
      ja: '平文のパスワードは、途中の誰にでも読まれます。',
    },
    expected: {
      en: 'No login is offered before STARTTLS.',
      ja: 'STARTTLS の前にログインできないこと。',
    },
    remedy: {
      en: 'No setting of ours allows it: what answers on this port?',
      ja: '当方の設定では起こりません。このポートで何が応答しているか確かめてください。',
    },
    findings: {
      yes: {
        status: 'pass',
        en: 'No login in clear on {ports}.',
        ja: '{ports} では平文でログインできません。',
      },
      clear: {
        status: 'fail',
        en: '{port} offers a login in clear: {line}',
        ja: '{port} が平文でのログインを許しています：{line}',
      },
    },
  },
  T5: {
    title: { en: 'Who may issue (CAA)', ja: '発行できる認証局（CAA）' },
    why: {
      en: 'It keeps other authorities from issuing for you, and yours too where it is wrong.',
      ja: '他の認証局による発行を防ぎますが、誤ると自分の分も発行されません。',
    },
    expected: {
      en: 'A record that allows the authority of our certificates.',
      ja: '使っている認証局を許すレコード。',
    },
    remedy: {
      en: '{hostname}. 3600 IN CAA 0 issue "letsencrypt.org"',
      ja: 'このレコードを公開してください：{hostname}. 3600 IN CAA 0 issue "letsencrypt.org"',
    },
    findings: {
      allows: {
        status: 'pass',
        en: '{name} allows {issuer}.',
        ja: '{name} は {issuer} を許しています。',
      },
      none: {
        status: 'warn',
        en: 'No record: any authority may issue.',
        ja: 'レコードがなく、どの認証局でも発行できます。',
        remedy: {
          en: '{hostname}. 3600 IN CAA 0 issue "{issuer}"',
          ja: 'このレコードを公開してください：{hostname}. 3600 IN CAA 0 issue "{issuer}"',
        },
      },
      forbids: {
        status: 'fail',
        en: '{name} allows only {allowed}, not {issuer}.',
        ja: '{name} が許すのは {allowed} だけで、{issuer} を含みません。',
        remedy: {
          en: 'Publish this beside or instead: {place}. 3600 IN CAA 0 {tag} "{issuer}"',
          ja: 'このレコードを加えるか、置き換えてください：{place}. 3600 IN CAA 0 {tag} "{issuer}"',
        },
      },
      strange: {
        status: 'fail',
        en: '{name} has a critical property that no authority knows, so that none may issue: {tag}.',
        ja: '{name} に、認証局が知らない必須（critical）プロパティ {tag} があるため、どの認証局も発行できません。',
        remedy: {
          en: 'Take the record with {tag} away from {name}, or publish it with 0 in place of its flags.',
          ja: '{name} の {tag} レコードを削除するか、フラグを 0 にして公開してください。',
        },
      },
      'other-account': {
        status: 'fail',
        en: '{name} lets {issuer} issue for another account only ({bound}), while ours is {account}.',
        ja: '{name} は {issuer} の別のアカウント（{bound}）だけに発行を許しています。当方のアカウントは {account} です。',
        remedy: {
          en: 'Change the record to: {name}. 3600 IN CAA 0 {tag} "{right}"',
          ja: 'レコードを次の内容に変えてください：{name}. 3600 IN CAA 0 {tag} "{right}"',
        },
      },
      'other-method': {
        status: 'fail',
        en: '{name} lets {issuer} issue by {methods} only, while this server proves its names by {challenge}.',
        ja: '{name} は {issuer} に {methods} での検証だけを許していますが、このサーバーは {challenge} を使います。',
        remedy: {
          en: 'Change the record to: {name}. 3600 IN CAA 0 {tag} "{right}"',
          ja: 'レコードを次の内容に変えてください：{name}. 3600 IN CAA 0 {tag} "{right}"',
        },
      },
    },
  },
  P1: {
    title: { en: 'MTA-STS', ja: 'MTA-STS' },
    why: {
      en: 'Without it an attacker on the way takes TLS away; with a wrong one mail is held back.',
      ja: 'なければ途中で TLS を外され、誤っていればメールが届きません。',
    },
    expected: {
      en: 'enforce, with all MX hosts in it, for a week or longer.',
      ja: 'enforce で、MX をすべて含み、期間が 1 週間以上。',
    },
    remedy: {
      en: '`hikyaku domain dns {domain}` has the records; change id= with each change of the policy.',
      ja: '`hikyaku domain dns {domain}` のレコードを公開し、ポリシーを変えたら id= も変えてください。',
    },
    findings: {
      enforced: { status: 'pass', en: 'enforce, {days} days.', ja: 'enforce、{days} 日間です。' },
      absent: { status: 'warn', en: '{domain} has none.', ja: '{domain} にはありません。' },
      testing: {
        status: 'warn',
        en: 'mode: {mode}: nothing is enforced.',
        ja: 'mode: {mode} のため、強制されません。',
      },
      short: {
        status: 'warn',
        en: 'It holds for {seconds} s only.',
        ja: '期間が {seconds} 秒しかありません。',
      },
      'not-listed': {
        status: 'fail',
        en: 'It does not list {names}, which takes mail.',
        ja: 'メールを受け取る {names} が含まれていません。',
      },
      'not-there': {
        status: 'fail',
        en: 'The record is there, the policy is not: {cause}.',
        ja: 'レコードはありますが、ポリシーを取得できません：{cause}。',
      },
      'bad-record': {
        status: 'fail',
        en: 'The record cannot be used: {cause}.',
        ja: 'レコードを使えません：{cause}。',
      },
    },
  },
  P2: {
    title: { en: 'TLS reports', ja: 'TLS レポート' },
    why: {
      en: 'They tell when others cannot reach you under TLS.',
      ja: '相手が TLS で接続できなかったことが分かります。',
    },
    expected: { en: 'One record that names where they go.', ja: '宛先を示すレコードが 1 つ。' },
    remedy: {
      en: '_smtp._tls.{domain}. 3600 IN TXT "v=TLSRPTv1; rua=mailto:postmaster@{domain}"',
      ja: 'このレコードを公開してください：_smtp._tls.{domain}. 3600 IN TXT "v=TLSRPTv1; rua=mailto:postmaster@{domain}"',
    },
    findings: {
      there: {
        status: 'pass',
        en: 'They go to {addresses}. No report is known here yet: whoever sends here may take some days.',
        ja: '宛先は {addresses} です。届いたレポートはまだありません。相手が送り始めるまで数日かかることがあります。',
      },
      elsewhere: {
        status: 'pass',
        en: 'They go to {addresses}, which is not here: whether they arrive is not known.',
        ja: '宛先は {addresses} で、このサーバーではありません。届いているかどうかは分かりません。',
      },
      silent: {
        status: 'warn',
        en: 'They go to {addresses}, but none came for {days}, though mail comes in.',
        ja: '宛先は {addresses} です。メールは届いていますが、レポートは {days}の間、1 通も届いていません。',
        remedy: {
          en: 'Do messages to that address arrive? Only who sends mail to {domain} under TLS reports, and not everybody does.',
          ja: 'その宛先にメールが届くか確かめてください。レポートを送るのは {domain} に TLS でメールを送る相手だけで、送らない相手もいます。',
        },
      },
      arriving: {
        status: 'pass',
        en: 'They go to {addresses}: the last one is of {day}, from {from}.',
        ja: '宛先は {addresses} です。最新は {day}、{from} からです。',
      },
      none: {
        status: 'warn',
        en: '{domain} has no record.',
        ja: '{domain} にレコードがありません。',
      },
      broken: {
        status: 'fail',
        en: 'The record cannot be used: {record}',
        ja: 'レコードを使えません：{record}',
      },
    },
  },
  P3: {
    title: { en: 'DANE (TLSA)', ja: 'DANE（TLSA）' },
    why: {
      en: 'Where a record does not fit the certificate, mail is refused.',
      ja: 'レコードが証明書に合わないと、メールは拒否されます。',
    },
    expected: {
      en: 'A record that fits, and one for the next key; or none.',
      ja: '合うレコードと次の鍵のレコード。またはレコードなし。',
    },
    remedy: {
      en: '`hikyaku domain dns {domain}` has the record. Publish the next one before a renewal that changes the key.',
      ja: '`hikyaku domain dns {domain}` のレコードを公開してください。鍵を変える更新の前に、次のレコードも公開してください。',
    },
    findings: {
      fits: {
        status: 'pass',
        en: '{name}: {count} records, one fits.',
        ja: '{name} のレコード {count} 個のうち、合うものがあります。',
      },
      'fits-both': {
        status: 'pass',
        en: '{name}: {count} records, one fits, and one is that of the next key.',
        ja: '{name} のレコード {count} 個に、今の鍵に合うものと次の鍵のものがあります。',
      },
      'next-missing': {
        status: 'warn',
        en: '{name} has a record that fits, and none of the next key: when it comes into use, mail is refused.',
        ja: '{name} に今の鍵に合うレコードはありますが、次の鍵のものがありません。鍵が変わるとメールが拒否されます。',
        remedy: {
          en: 'Publish it beside the one that is there: {record}',
          ja: '今のレコードと並べて公開してください：{record}',
        },
      },
      none: { status: 'warn', en: '{name} has no record.', ja: '{name} にレコードがありません。' },
      unvalidated: {
        status: 'warn',
        en: '{name} has records, but they are not validated (D2, D3): nobody uses them.',
        ja: '{name} にレコードがありますが、検証できず（D2、D3）、誰も使いません。',
      },
      mismatch: {
        status: 'fail',
        en: 'No record of {name} fits the certificate.',
        ja: '{name} のどのレコードも証明書に合いません。',
      },
      'no-certificate': {
        status: 'unknown',
        en: '{name} shows no certificate: {cause}.',
        ja: '{name} の証明書を取得できません：{cause}。',
      },
    },
  },
  A1: {
    title: { en: 'Settings for mail programs', ja: 'メールソフトの自動設定' },
    why: {
      en: 'Without them every user types in hosts and ports.',
      ja: 'なければ、利用者がホストとポートを手で入力します。',
    },
    expected: {
      en: 'SRV records for submission and IMAP that name {hostname}, TLS there, and autoconfig and Autodiscover that answer. JMAP comes with later work.',
      ja: '送信と IMAP の SRV レコードが {hostname} を示し、そこで TLS を使え、autoconfig と Autodiscover が応答すること。JMAP は今後対応します。',
    },
    remedy: {
      en: '`hikyaku domain dns {domain}` has the records.',
      ja: '`hikyaku domain dns {domain}` のレコードを公開してください。',
    },
    findings: {
      all: {
        status: 'pass',
        en: 'SRV records, autoconfig and Autodiscover are there, and the hosts speak TLS.',
        ja: 'SRV レコード、autoconfig、Autodiscover が揃い、ホストは TLS で応答します。',
      },
      'no-srv': {
        status: 'warn',
        en: 'SRV records are missing: {names}.',
        ja: '不足している SRV レコード：{names}。',
      },
      'no-autoconfig': {
        status: 'warn',
        en: 'autoconfig does not answer: {cause}.',
        ja: 'autoconfig が応答しません：{cause}。',
      },
      'no-autodiscover': {
        status: 'warn',
        en: 'Autodiscover does not answer: {cause}.',
        ja: 'Autodiscover が応答しません：{cause}。',
      },
      'no-tls': {
        status: 'fail',
        en: '{name} leads to {target}, where mail programs get no TLS that they can trust: {cause}.',
        ja: '{name} の示す {target} で、信頼できる TLS を使えません：{cause}。',
        remedy: {
          en: 'Open the port to all, and look at the certificate of {hostname} (T1).',
          ja: 'ポートを全体に開き、{hostname} の証明書（T1）を確かめてください。',
        },
      },
      'other-host': {
        status: 'fail',
        en: '{name} leads to {target}, which is not this server.',
        ja: '{name} がこのサーバーではない {target} を示しています。',
      },
    },
  },
} as const satisfies Readonly<Record<string, CheckTexts>>;
