/** How mail fares: reputation, queue, form, abuse. */
import type { CheckTexts } from './entry.ts';

export const OPERATION_TEXTS = {
  R1: {
    title: { en: 'DNS lists', ja: 'DNS ブラックリスト' },
    why: {
      en: 'Who is on a big list is refused by many.',
      ja: '大きなリストに載ると、多くの相手に拒否されます。',
    },
    expected: {
      en: 'Neither our addresses nor {domain} are on a list.',
      ja: '送信元アドレスも {domain} も載っていないこと。',
    },
    remedy: {
      en: 'Find and stop the cause first (`hikyaku message find`, account limits), then ask the list for removal on its page.',
      ja: 'まず原因を見つけて止め（`hikyaku message find`、アカウントの制限）、それからリストのページで解除を申請してください。',
    },
    findings: {
      'not-listed': {
        status: 'pass',
        en: 'On none of {count} lists.',
        ja: '{count} 個のリストのどれにも載っていません。',
      },
      minor: {
        status: 'warn',
        en: '{what} is on {lists}.',
        ja: '{what} が {lists} に載っています。',
      },
      major: {
        status: 'fail',
        en: '{what} is on {lists}.',
        ja: '{what} が {lists} に載っています。',
      },
      refused: {
        status: 'unknown',
        en: '{list} does not answer us ({code}): that is no listing.',
        ja: '{list} は問い合わせを断っています（{code}）。載っているという意味ではありません。',
        remedy: {
          en: 'Ask by a resolver of your own: large public resolvers are turned away. Is the name of the list right?',
          ja: '自前のリゾルバーで問い合わせてください。大きな公開リゾルバーは断られます。リスト名の綴りも確かめてください。',
        },
      },
      'not-set': {
        status: 'skip',
        en: 'No lists are named (doctor.dns_lists).',
        ja: 'リストが指定されていません（doctor.dns_lists）。',
      },
    },
  },
  R2: {
    title: { en: 'Complaints', ja: '苦情率' },
    why: {
      en: 'From 0.30 % on, big providers put all mail into the spam folder.',
      ja: '0.30 % 以上になると、大手はすべてのメールを迷惑メールに入れます。',
    },
    expected: { en: 'Less than 0.10 %.', ja: '0.10 % 未満。' },
    remedy: {
      en: 'Pause the stream, and clean the list. `hikyaku complaint list` shows who complained.',
      ja: '配信を止め、宛先を整理してください。苦情の一覧は `hikyaku complaint list` で見られます。',
    },
    findings: {
      few: {
        status: 'pass',
        en: '{share} % at most, of {count} at {site} in seven days.',
        ja: '7 日間で最も高い {site} でも {share} % です（{count} 件中）。',
      },
      some: {
        status: 'warn',
        en: '{share} % of {count} at {site} in seven days.',
        ja: '7 日間に {site} へ届いた {count} 件の {share} % に苦情がありました。',
      },
      many: {
        status: 'fail',
        en: '{share} % of {count} at {site} in seven days.',
        ja: '7 日間に {site} へ届いた {count} 件の {share} % に苦情がありました。',
      },
      'too-few': {
        status: 'skip',
        en: 'Too few were delivered to one host in seven days ({count} in all).',
        ja: '7 日間に同じ相手へ届いたメールが少なすぎます（全部で {count} 件）。',
      },
    },
  },
  R3: {
    title: { en: 'Hard bounces', ja: '恒久的な不達' },
    why: {
      en: 'Who writes to many that do not exist looks like who guesses addresses.',
      ja: '存在しない宛先に多く送ると、宛先を推測していると見なされます。',
    },
    expected: { en: 'Less than 2 % in 24 hours.', ja: '24 時間で 2 % 未満。' },
    remedy: {
      en: 'Take the addresses that failed off your lists; where do they come from?',
      ja: '不達の宛先を名簿から外し、どこで集めたものか確かめてください。',
    },
    findings: {
      few: { status: 'pass', en: '{share} % of {count}.', ja: '{count} 件の {share} % です。' },
      some: {
        status: 'warn',
        en: '{share} % of {count}.',
        ja: '{count} 件の {share} % あります。',
      },
      many: {
        status: 'fail',
        en: '{share} % of {count}.',
        ja: '{count} 件の {share} % に達しています。',
      },
      'too-few': {
        status: 'skip',
        en: 'Too few were sent in 24 hours ({count}).',
        ja: '24 時間の送信が少なすぎます（{count} 件）。',
      },
    },
  },
  R4: {
    title: { en: 'Warm-up', ja: 'ウォームアップ' },
    why: {
      en: 'A new address that sends much at once is slowed or blocked.',
      ja: '新しいアドレスから一度に多く送ると、制限や遮断を受けます。',
    },
    expected: { en: 'Inside the plan.', ja: '計画の範囲内。' },
    remedy: {
      en: 'Send less bulk mail until it is over: the plan holds it back by itself. `hikyaku warm-up show {site}` tells why.',
      ja: '収まるまで一斉配信を控えてください。送りすぎた分は計画が自動的に待たせます。理由は `hikyaku warm-up show {site}` で分かります。',
    },
    findings: {
      none: {
        status: 'skip',
        en: 'No address is warmed up.',
        ja: 'ウォームアップ中のアドレスはありません。',
        remedy: {
          en: 'For an address that is new: hikyaku warm-up start',
          ja: '新しいアドレスから送る場合は、`hikyaku warm-up start` で始めてください。',
        },
      },
      inside: {
        status: 'pass',
        en: '{taken} of {planned} recipients of the day are sent, in {count} plans.',
        ja: '{count} 件の計画で、本日分 {planned} 宛先のうち {taken} を送信済みです。',
      },
      finished: {
        status: 'pass',
        en: 'All plans ({count}) are finished.',
        ja: '{count} 件の計画はすべて完了しました。',
      },
      ahead: {
        status: 'warn',
        en: '{taken} recipients at {site} today, while the plan has {planned}.',
        ja: '{site} への今日の宛先は {taken} 件で、計画の {planned} 件を超えています。',
        remedy: {
          en: 'Hold bulk mail for {site} until tomorrow: hikyaku warm-up show {site}',
          ja: '{site} への一斉配信を明日まで控え、計画を確かめてください：hikyaku warm-up show {site}',
        },
      },
      slowed: {
        status: 'warn',
        en: '{site} put off {share} % of {count} today for rate or reputation.',
        ja: '{site} が、本日の {count} 宛先の {share} % を送信量や評価を理由に先送りしました。',
      },
      paused: {
        status: 'warn',
        en: 'The warm-up for {site} is paused by hand ({count} in all): mail for it waits.',
        ja: '{site} へのウォームアップが手動で休止中のため（全 {count} 件）、メールが待機しています。',
        remedy: {
          en: '`hikyaku warm-up start {site}` goes on.',
          ja: '`hikyaku warm-up start {site}` で再開します。',
        },
      },
      stopped: {
        status: 'fail',
        en: '{site} refuses mail from us ({count} sites in all), so that nothing goes there.',
        ja: '{site} に拒否されたため（全 {count} 件）、送信を止めています。',
        remedy: {
          en: 'Find out why (`hikyaku queue list`, lists, complaints), ask to be taken off, then: hikyaku warm-up start {site}',
          ja: '原因（`hikyaku queue list`、ブロックリスト、苦情）を調べて解除を申請し、`hikyaku warm-up start {site}` で再開してください。',
        },
      },
    },
  },
  L1: {
    title: { en: 'Queue', ja: 'キュー' },
    why: {
      en: 'What waits for long is a host that does not take it, or a fault here.',
      ja: '長く待つメールがあるのは、相手が受け取らないか、こちらの障害です。',
    },
    expected: { en: 'The oldest is younger than an hour.', ja: '最も古いものでも 1 時間未満。' },
    remedy: {
      en: '`hikyaku queue list` shows what waits, `hikyaku queue show ID` why.',
      ja: '`hikyaku queue list` で待っているもの、`hikyaku queue show ID` でその理由が分かります。',
    },
    findings: {
      short: {
        status: 'pass',
        en: '{count} wait, the oldest for {age}.',
        ja: '{count} 件が待機中で、最長は {age}です。',
      },
      empty: { status: 'pass', en: 'Nothing waits.', ja: '待っているものはありません。' },
      waiting: {
        status: 'warn',
        en: '{count} wait, the oldest for {age}.',
        ja: '{count} 件が待機中で、最長は {age}になります。',
      },
      stuck: {
        status: 'fail',
        en: '{count} wait, the oldest for {age}.',
        ja: '{count} 件が待機中で、最長は {age}にもなります。',
      },
      growing: {
        status: 'fail',
        en: 'It has grown for three hours, to {count}.',
        ja: '3 時間増え続け、{count} 件になりました。',
      },
    },
  },
  L2: {
    title: { en: 'Round trip', ja: '往復' },
    why: {
      en: 'All parts may be well, and mail still not arrive.',
      ja: '部品がすべて正常でも、メールが届かないことがあります。',
    },
    expected: {
      en: 'A message to our own port arrives within a minute. A box outside comes with later work.',
      ja: '自分のポートに送ったメールが 1 分以内に届くこと。外部の受信箱は今後対応します。',
    },
    remedy: {
      en: '`hikyaku message find --all --to doctor- --since 1h` finds the message, `hikyaku message explain ID` says how it was judged, and why.',
      ja: '`hikyaku message find --all --to doctor- --since 1h` でメールを探し、`hikyaku message explain ID` で判定とその理由を確かめてください。',
    },
    findings: {
      arrived: {
        status: 'pass',
        en: 'Arrived within {seconds} s.',
        ja: '{seconds} 秒で届きました。',
      },
      junk: {
        status: 'warn',
        en: 'Arrived, but judged as junk: {reasons}.',
        ja: '届きましたが、迷惑メールと判定されました：{reasons}。',
      },
      slow: {
        status: 'warn',
        en: 'Arrived only after {seconds} s.',
        ja: '届くまで {seconds} 秒かかりました。',
      },
      refused: { status: 'fail', en: 'Refused: {reply}', ja: '拒否されました：{reply}' },
      lost: {
        status: 'fail',
        en: 'Taken, but it did not arrive: {id}.',
        ja: '受け付けたのに届きません：{id}。',
        remedy: {
          en: 'The id stands in the reply: `hikyaku message trace ID` tells where it stopped.',
          ja: '応答にある ID を使い、`hikyaku message trace ID` を実行すると、どこで止まったか分かります。',
        },
      },
    },
  },
  L3: {
    title: { en: 'Put off by others', ja: '相手による延期' },
    why: {
      en: 'One reason for many delays is a cause that can be mended.',
      ja: '同じ理由の延期が多ければ、直せる原因があります。',
    },
    expected: {
      en: 'No reason stands behind more than 5 % of the attempts of a day.',
      ja: '1 日の試行のうち、同じ理由による延期が 5 % 以下。',
    },
    remedy: {
      en: '`hikyaku queue list --json` names hosts and replies; the remedies stand in docs/troubleshooting.md.',
      ja: '`hikyaku queue list --json` で相手と応答が分かります。対処は docs/troubleshooting.ja.md にあります。',
    },
    findings: {
      few: {
        status: 'pass',
        en: 'At most {share} % for one reason, of {count} attempts.',
        ja: '{count} 回の試行のうち、同じ理由は最大 {share} % です。',
      },
      some: {
        status: 'warn',
        en: '{share} % of {count} attempts: {reason}.',
        ja: '{count} 回の試行の {share} %：{reason}。',
        remedy: {
          en: '`hikyaku queue list --json` names hosts and replies. What to do for this reason: {pages}/troubleshooting.md#{place}',
          ja: '`hikyaku queue list --json` で相手と応答が分かります。この理由への対処：{pages}/troubleshooting.ja.md#{place}',
        },
      },
      many: {
        status: 'fail',
        en: '{share} % of {count} attempts: {reason}.',
        ja: '{count} 回の試行の {share} % に達しています：{reason}。',
        remedy: {
          en: '`hikyaku queue list --json` names hosts and replies. What to do for this reason: {pages}/troubleshooting.md#{place}',
          ja: '`hikyaku queue list --json` で相手と応答が分かります。この理由への対処：{pages}/troubleshooting.ja.md#{place}',
        },
      },
      'too-few': {
        status: 'skip',
        en: 'Too few attempts in 24 hours ({count}).',
        ja: '24 時間の試行が少なすぎます（{count} 回）。',
      },
    },
  },
  C1: {
    title: { en: 'Form of what we sent', ja: '送信メールの形式' },
    why: {
      en: 'Broken form is taken for junk, or refused.',
      ja: '形式の崩れたメールは、迷惑メールと見なされるか拒否されます。',
    },
    expected: {
      en: 'Date, Message-ID, one From, valid MIME, a header in ASCII with encoded words that can be read.',
      ja: '正しい Date と Message-ID、1 つの From、正しい MIME、読み取れるエンコードだけを含む ASCII のヘッダー。',
    },
    remedy: {
      en: 'Mend the program that wrote it; `hikyaku message trace {id}` tells which.',
      ja: '作成したプログラムを直してください。`hikyaku message trace {id}` で調べられます。',
    },
    findings: {
      good: {
        status: 'pass',
        en: 'The last {count} that are still here are well formed.',
        ja: '残っている最新の {count} 通は正しい形式です。',
      },
      'html-only': {
        status: 'warn',
        en: '{id} is HTML without a text beside it.',
        ja: '{id} は HTML だけで、テキストがありません。',
      },
      'html-large': {
        status: 'warn',
        en: 'The HTML of {id} is over 102 kB: Gmail cuts it.',
        ja: '{id} の HTML は 102 kB を超え、Gmail では途中で切れます。',
      },
      missing: {
        status: 'fail',
        en: '{id} lacks {fields}.',
        ja: '{id} に {fields} がありません。',
      },
      'bad-date': {
        status: 'fail',
        en: 'The Date of {id} is none (RFC 5322): {date}',
        ja: '{id} の Date が日付の形式（RFC 5322）ではありません：{date}',
      },
      'bad-encoded-word': {
        status: 'fail',
        en: 'An encoded word of {id} cannot be read (RFC 2047): {word}',
        ja: '{id} に読み取れないエンコード（RFC 2047）があります：{word}',
      },
      'two-from': {
        status: 'fail',
        en: '{id} has {count} From fields.',
        ja: '{id} に From が {count} 個あります。',
      },
      'bare-line-end': {
        status: 'fail',
        en: '{id} has a bare CR or LF.',
        ja: '{id} に単独の CR か LF があります。',
      },
      'raw-header': {
        status: 'fail',
        en: 'The header of {id} has octets beyond ASCII.',
        ja: '{id} のヘッダーに ASCII 以外のオクテットがあります。',
      },
      'broken-mime': {
        status: 'fail',
        en: 'The MIME structure of {id} is broken.',
        ja: '{id} の MIME の構造が壊れています。',
      },
      'none-kept': {
        status: 'skip',
        en: 'No sent message is still here.',
        ja: '送信したメールは残っていません。',
      },
    },
  },
  C2: {
    title: { en: 'One-click unsubscribe', ja: 'ワンクリック解除' },
    why: {
      en: 'Gmail and Yahoo want it of who sends 5,000 a day.',
      ja: 'Gmail と Yahoo は、1 日 5,000 通以上の送信者に求めます。',
    },
    expected: {
      en: 'The headers of RFC 8058, signed, on bulk mail.',
      ja: '大量配信に RFC 8058 のヘッダーがあり、署名されていること。',
    },
    remedy: {
      en: 'Leave List-Unsubscribe out, and this server adds both (unsubscribe.offer); its page is served by HTTPS (https.public_port, unsubscribe.url).',
      ja: 'List-Unsubscribe を付けずに渡せば、このサーバーが両方を加えます（unsubscribe.offer）。解除ページは HTTPS で公開してください（https.public_port、unsubscribe.url）。',
    },
    findings: {
      good: {
        status: 'pass',
        en: 'All {count} bulk messages of the week have it, signed.',
        ja: '1 週間の大量配信 {count} 通すべてにあり、署名されています。',
      },
      some: {
        status: 'warn',
        en: '{missing} of {count} bulk messages of the week do not have it.',
        ja: '1 週間の大量配信 {count} 通のうち {missing} 通にありません。',
      },
      'many-without': {
        status: 'fail',
        en: '{missing} of {count} bulk messages of the week do not have it, and a day had {most}: from 5,000 a day on it is demanded.',
        ja: '1 週間の大量配信 {count} 通のうち {missing} 通にありません。1 日に {most} 通の日があり、5,000 通以上では必須です。',
      },
      closed: {
        status: 'fail',
        en: 'The page that our links lead to cannot be reached: {cause}.',
        ja: '解除リンクのページに届きません：{cause}。',
        remedy: {
          en: 'Open port 443 of {hostname} to all, and look at its certificate (T1); or name another place: HIKYAKU_UNSUBSCRIBE_URL',
          ja: '{hostname} の 443 番を全体に開き、証明書（T1）を確かめるか、別の場所を指定してください：HIKYAKU_UNSUBSCRIBE_URL',
        },
      },
      unsigned: {
        status: 'fail',
        en: '{missing} of {count} bulk messages of the week left without a signature.',
        ja: '1 週間の大量配信 {count} 通のうち {missing} 通が署名なしで送られました。',
        remedy: {
          en: '`hikyaku dkim generate DOMAIN` makes keys for the domain of the author.',
          ja: '`hikyaku dkim generate DOMAIN` で送信者のドメインの鍵を作ってください。',
        },
      },
      'no-bulk': {
        status: 'skip',
        en: 'No bulk mail was handed in in the last week.',
        ja: 'この 1 週間に大量配信はありませんでした。',
      },
    },
  },
  B1: {
    title: { en: 'Abuse of logins', ja: 'ログインの悪用' },
    why: {
      en: 'One stolen password is enough to be listed.',
      ja: 'パスワードが 1 つ盗まれるだけで、ブラックリストに載ります。',
    },
    expected: {
      en: 'No wave of failed logins, and no account beyond its limit.',
      ja: 'ログイン失敗の急増がなく、上限に達したアカウントもないこと。',
    },
    remedy: {
      en: '`hikyaku ban list`; `hikyaku account passwd ADDRESS` and `hikyaku account disable ADDRESS` for who is abused.',
      ja: '`hikyaku ban list` で確かめ、悪用されたアカウントは `hikyaku account passwd ADDRESS` か `hikyaku account disable ADDRESS` で止めてください。',
    },
    findings: {
      calm: {
        status: 'pass',
        en: '{count} logins failed in the last hour.',
        ja: '直近 1 時間のログイン失敗は {count} 件です。',
      },
      spike: {
        status: 'warn',
        en: '{count} logins failed in the last hour, {usual} are usual.',
        ja: '直近 1 時間にログイン失敗が {count} 件あります（通常は {usual} 件）。',
      },
      spray: {
        status: 'warn',
        en: '{names} names were tried in the last hour.',
        ja: '直近 1 時間に {names} 個の名前でログインが試されました。',
      },
      beyond: {
        status: 'fail',
        en: 'Beyond their limit of a day: {accounts}.',
        ja: '1 日の上限を超えました：{accounts}。',
      },
    },
  },
  B2: {
    title: { en: 'Admin pages', ja: '管理画面' },
    why: { en: 'Who gets in there has everything.', ja: 'ここに入られると、すべてを奪われます。' },
    expected: {
      en: 'Health and metrics on loopback or a private network.',
      ja: '状態とメトリクスが、ループバックか内部のネットワークだけにあること。',
    },
    remedy: {
      en: 'Set HIKYAKU_HTTP_ADDRESS=127.0.0.1. In a container publish the port as 127.0.0.1:8025:8025 and say so: HIKYAKU_HTTP_PUBLISHED_ADDRESS=127.0.0.1',
      ja: 'HIKYAKU_HTTP_ADDRESS=127.0.0.1 と設定してください。コンテナでは 127.0.0.1:8025:8025 として公開し、そのことを設定してください：HIKYAKU_HTTP_PUBLISHED_ADDRESS=127.0.0.1',
    },
    findings: {
      later: {
        status: 'skip',
        en: 'There are no admin pages yet; health and metrics are private ({address}).',
        ja: '管理画面はまだありません。状態とメトリクスは {address} で、外には出ていません。',
      },
      exposed: {
        status: 'warn',
        en: 'Health and metrics listen on {address}, where strangers may read them.',
        ja: '状態とメトリクスが {address} で待ち受けており、外から読めるおそれがあります。',
      },
    },
  },
} as const satisfies Readonly<Record<string, CheckTexts>>;
