/** What connects: listeners, the way out, the addresses on both. */
import type { CheckTexts } from './entry.ts';

export const NETWORK_TEXTS = {
  N1: {
    title: { en: 'Listeners', ja: '待ち受け' },
    why: {
      en: 'Where nobody answers no mail comes in, and no program can send or read.',
      ja: '応答のないポートでは、受信も送信も閲覧もできません。',
    },
    expected: {
      en: 'Each of the five listeners greets with the name of this host, and those of the web that are on answer.',
      ja: '5 つのポートがこのホスト名で応答し、有効な Web のポートも応答すること。',
    },
    remedy: {
      en: 'ss -ltnp shows who has the port. Ports below 1024 need CAP_NET_BIND_SERVICE.',
      ja: 'ss -ltnp で、どのプログラムがポートを使っているか分かります。1024 未満のポートには CAP_NET_BIND_SERVICE が必要です。',
    },
    findings: {
      all: { status: 'pass', en: 'They answer: {ports}.', ja: '応答しています：{ports}。' },
      foreign: {
        status: 'warn',
        en: 'Something else answers on {ports}.',
        ja: '別のプログラムが応答しています：{ports}。',
      },
      unwanted: {
        status: 'warn',
        en: 'Beside this server another program answers on {ports}.',
        ja: 'このサーバーのほかに、別のプログラムが応答しています：{ports}。',
        remedy: {
          en: 'ss -ltnp shows which. Where nobody needs it, stop and remove it: what is not looked after is what is broken into.',
          ja: 'ss -ltnp で、どのプログラムか分かります。必要がなければ止めて削除してください。放置されたサービスは侵入口になります。',
        },
      },
      missing: {
        status: 'fail',
        en: 'Nobody answers on {ports}.',
        ja: '応答がありません：{ports}。',
      },
    },
  },
  N2: {
    title: { en: 'Reachable from outside', ja: '外からの接続' },
    why: {
      en: 'A firewall before this host is invisible from it.',
      ja: '手前のファイアウォールは、このホストからは見えません。',
    },
    expected: { en: 'A connection from outside is answered.', ja: '外からの接続に応答すること。' },
    remedy: {
      en: 'From another host: nc -v {hostname} 25. Then the firewall, and the panel of the provider.',
      ja: '別のホストから nc -v {hostname} 25 を試し、ファイアウォールと事業者の管理画面を確かめてください。',
    },
    findings: {
      'no-probe': {
        status: 'unknown',
        en: 'No host outside looks back at this one (doctor.probe is empty).',
        ja: 'doctor.probe が空なので、外から確かめるホストがありません。',
        remedy: {
          en: 'From another host: nc -v {hostname} 25',
          ja: '別のホストから試してください：nc -v {hostname} 25',
        },
      },
      open: {
        status: 'pass',
        en: 'Answered from outside: {ports}.',
        ja: '外から応答を確認しました：{ports}。',
      },
      closed: {
        status: 'fail',
        en: 'From outside nobody answers on {ports}.',
        ja: '外からは応答がありません：{ports}。',
      },
    },
  },
  N3: {
    title: { en: 'The way out (port 25)', ja: '外への送信（25 番）' },
    why: {
      en: 'Many clouds and home lines block port 25: mail stays in the queue.',
      ja: '多くのクラウドや家庭の回線は 25 番を塞いでおり（OP25B）、メールがキューに残ります。',
    },
    expected: {
      en: 'At least two of the big mail exchanges greet this host.',
      ja: '大手のメールサーバーのうち 2 つ以上が応答すること。',
    },
    remedy: {
      en: 'Ask the provider to open port 25, or send through a smarthost: hikyaku route set "*" --host smtp.example.net --port 587 --tls required --user NAME --password-file FILE',
      ja: '事業者に 25 番の開放を頼むか、リレーを使ってください：hikyaku route set "*" --host smtp.example.net --port 587 --tls required --user NAME --password-file FILE',
    },
    findings: {
      greeted: {
        status: 'pass',
        en: '{count} of {total} greet us: {names}.',
        ja: '{total} のうち {count} が応答しました：{names}。',
      },
      few: {
        status: 'warn',
        en: 'Only {names} greets us, of {total}.',
        ja: '{total} のうち {names} だけが応答しました。',
      },
      none: {
        status: 'fail',
        en: 'None of {total} greets us: {cause}.',
        ja: '{total} のどれも応答しません：{cause}。',
      },
      'not-set': {
        status: 'skip',
        en: 'No mail exchanges are named to be tried (doctor.mail_exchanges).',
        ja: '試す相手が指定されていません（doctor.mail_exchanges）。',
      },
    },
  },
  N4: {
    title: { en: 'Source address', ja: '送信元アドレス' },
    why: {
      en: 'PTR and SPF are for one address; mail that leaves from another fails both.',
      ja: 'PTR と SPF は特定のアドレスのものです。別のアドレスから送るとどちらも失敗します。',
    },
    expected: {
      en: 'Mail leaves from an address that is planned for it and has a PTR record.',
      ja: '予定したアドレスから送信し、それに PTR があること。',
    },
    remedy: {
      en: 'Name the addresses: HIKYAKU_QUEUE_SOURCE_ADDRESSES, or turn IPv6 off on this host.',
      ja: 'HIKYAKU_QUEUE_SOURCE_ADDRESSES でアドレスを指定するか、このホストの IPv6 を止めてください。',
    },
    findings: {
      planned: {
        status: 'pass',
        en: 'It leaves from {addresses}.',
        ja: '{addresses} から送信します。',
      },
      'no-name': {
        status: 'warn',
        en: 'IPv6 leaves from {address}, which has no PTR record.',
        ja: 'IPv6 の送信元 {address} には PTR がありません。',
      },
      other: {
        status: 'fail',
        en: 'It leaves from {address}, which is none of {planned}.',
        ja: '予定の {planned} ではなく {address} から送信しています。',
      },
      'not-set': {
        status: 'skip',
        en: 'No mail exchanges are named to be tried (doctor.mail_exchanges).',
        ja: '試す相手が指定されていません（doctor.mail_exchanges）。',
      },
    },
  },
  N5: {
    title: { en: 'Addresses of clients', ja: '接続元のアドレス' },
    why: {
      en: 'Where a proxy hides the client, SPF, DNS lists and bans judge the proxy.',
      ja: 'プロキシーが接続元を隠すと、SPF も DNS リストも接続禁止もプロキシーを対象にしてしまいます。',
    },
    expected: { en: 'Mail comes from public addresses.', ja: '公開アドレスからメールが届くこと。' },
    remedy: {
      en: 'Use the host network in Docker (network_mode: host), or the PROXY protocol: HIKYAKU_SMTP_PROXY_FROM.',
      ja: 'Docker では network_mode: host を使うか、PROXY プロトコル（HIKYAKU_SMTP_PROXY_FROM）を設定してください。',
    },
    findings: {
      real: {
        status: 'pass',
        en: 'The last {count} messages came from {different} addresses.',
        ja: '最近の {count} 通は {different} 個のアドレスから届きました。',
      },
      gateway: {
        status: 'fail',
        en: 'All of the last {count} messages came from {address}.',
        ja: '最近の {count} 通がすべて {address} から届いています。',
      },
      'no-mail': {
        status: 'skip',
        en: 'Too little mail came in yet.',
        ja: '届いたメールがまだ少なすぎます。',
      },
    },
  },
  N6: {
    title: { en: 'Relay', ja: '中継' },
    why: {
      en: 'An open relay is found within hours and listed within a day.',
      ja: '誰でも使える中継サーバーは数時間で見つかり、1 日でブラックリストに載ります。',
    },
    expected: {
      en: 'A stranger who writes to strangers is refused.',
      ja: '外部から外部への送信を拒否すること。',
    },
    remedy: {
      en: 'Stop the server (systemctl stop hikyaku) and report this: no setting allows it.',
      ja: 'サーバーを止め（systemctl stop hikyaku）、ご連絡ください。設定では起こらないはずです。',
    },
    findings: {
      refused: { status: 'pass', en: 'Refused: {reply}', ja: '拒否しました：{reply}' },
      relayed: { status: 'fail', en: 'Taken: {reply}', ja: '受け付けました：{reply}' },
    },
  },
} as const satisfies Readonly<Record<string, CheckTexts>>;
