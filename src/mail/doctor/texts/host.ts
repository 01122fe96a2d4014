/** The host itself: name, clock, disk, memory, database, backup, secrets, versions. */
import type { CheckTexts } from './entry.ts';

export const HOST_TEXTS = {
  H1: {
    title: { en: 'Name of the host', ja: 'ホスト名' },
    why: {
      en: 'Other servers look the name up that EHLO says, and refuse mail of a host that has none.',
      ja: '相手のサーバーは EHLO の名前を調べ、存在しないホストからのメールを拒否します。',
    },
    expected: {
      en: 'A full name whose A and AAAA records are the public addresses of this server.',
      ja: 'A と AAAA レコードがこのサーバーの公開アドレスを指す、完全なホスト名。',
    },
    remedy: {
      en: 'Set HIKYAKU_HOSTNAME to a full name, publish its A and AAAA records, and take it out of the 127.0.1.1 line of /etc/hosts.',
      ja: 'HIKYAKU_HOSTNAME に完全なホスト名を設定し、A と AAAA レコードを公開し、/etc/hosts の 127.0.1.1 の行からその名前を外してください。',
    },
    findings: {
      public: {
        status: 'pass',
        en: '{name} leads to {addresses}.',
        ja: '{name} のアドレスは {addresses} です。',
      },
      foreign: {
        status: 'warn',
        en: '{name} also leads to {foreign}, which is no address of this server.',
        ja: '{name} は、このサーバーのものではない {foreign} も指しています。',
        remedy: {
          en: 'Take the record away, or name the address: HIKYAKU_DOCTOR_ADDRESSES.',
          ja: 'そのレコードを消すか、HIKYAKU_DOCTOR_ADDRESSES にアドレスを加えてください。',
        },
      },
      none: {
        status: 'fail',
        en: '{name} has no A or AAAA record.',
        ja: '{name} には A も AAAA もありません。',
      },
      loopback: {
        status: 'fail',
        en: '{name} leads to {address}, at which nobody outside can find this server.',
        ja: '{name} は {address} を指しており、外からこのサーバーに届きません。',
      },
      elsewhere: {
        status: 'fail',
        en: '{name} leads to {foreign}, and to no address of this server.',
        ja: '{name} は {foreign} を指し、このサーバーのアドレスを指していません。',
      },
      'not-full': {
        status: 'fail',
        en: '{name} is no full host name.',
        ja: '{name} は完全なホスト名ではありません。',
      },
    },
  },
  H2: {
    title: { en: 'Clock', ja: '時計' },
    why: {
      en: 'With a wrong clock signatures come from the future, certificates are refused, and times in headers look forged.',
      ja: '時計が狂うと署名が未来の日時になり、証明書は拒否され、ヘッダーの日時は偽造に見えます。',
    },
    expected: { en: 'Less than a second off.', ja: 'ずれが 1 秒未満であること。' },
    remedy: {
      en: 'timedatectl set-ntp true, or install chrony.',
      ja: 'timedatectl set-ntp true を実行するか、chrony を入れてください。',
    },
    findings: {
      right: {
        status: 'pass',
        en: 'By {reference} it is {offset} s off.',
        ja: '{reference} とのずれは {offset} 秒です。',
      },
      off: {
        status: 'warn',
        en: 'By {reference} it is {offset} s off.',
        ja: '{reference} とのずれが {offset} 秒あります。',
      },
      'far-off': {
        status: 'fail',
        en: 'By {reference} it is {offset} s off.',
        ja: '{reference} とのずれが {offset} 秒もあります。',
      },
      'no-reference': {
        status: 'unknown',
        en: 'There is no other clock to compare with.',
        ja: '比べる時計がありません。',
        remedy: {
          en: 'Name a time server: HIKYAKU_DOCTOR_TIME_SERVER=pool.ntp.org',
          ja: '時刻サーバーを指定してください：HIKYAKU_DOCTOR_TIME_SERVER=pool.ntp.org',
        },
      },
    },
  },
  H3: {
    title: { en: 'Disk', ja: 'ディスク' },
    why: {
      en: 'A full disk stops the database, and with it every delivery.',
      ja: 'ディスクが一杯になるとデータベースが止まり、配送もすべて止まります。',
    },
    expected: { en: 'More than 30 % free.', ja: '空きが 30 % を超えること。' },
    remedy: {
      en: 'Grow the disk, or keep things for less long: retention.events, retention.dialogues, retention.expunged.',
      ja: 'ディスクを増やすか、retention.events、retention.dialogues、retention.expunged を短くしてください。',
    },
    findings: {
      room: {
        status: 'pass',
        en: '{free} % of {size} is free.',
        ja: '{size} のうち {free} % が空いています。',
      },
      filling: {
        status: 'warn',
        en: 'Only {free} % of {size} is free.',
        ja: '{size} のうち空きは {free} % だけです。',
      },
      full: {
        status: 'fail',
        en: 'Only {free} % of {size} is free.',
        ja: '{size} のうち空きは {free} % しかありません。',
      },
    },
  },
  H4: {
    title: { en: 'Memory and response', ja: 'メモリーと応答' },
    why: {
      en: 'A server out of memory is killed; one whose loop is late answers nobody in time.',
      ja: 'メモリーが尽きるとサーバーは強制終了され、処理が遅れると誰にも時間内に応答できません。',
    },
    expected: {
      en: '20 % of the memory free, and 99 of 100 turns of the event loop less than 50 ms late.',
      ja: 'メモリーの 20 % 以上が空き、イベントループの遅れが 99 % で 50 ms 未満。',
    },
    remedy: {
      en: 'Raise the memory limit; the log names heavy work; lower limits.connections or queue.attempts.',
      ja: 'メモリーの上限を上げてください。重い処理はログで分かります。limits.connections や queue.attempts を下げる手もあります。',
    },
    findings: {
      calm: {
        status: 'pass',
        en: '{free} % of the memory is free, the loop is {lag} ms late at most (99 of 100).',
        ja: 'メモリーの空きは {free} %、ループの遅れは {lag} ms 以内（99 %）です。',
      },
      tight: {
        status: 'warn',
        en: 'Only {free} % of the memory is free.',
        ja: 'メモリーの空きは {free} % だけです。',
      },
      late: {
        status: 'warn',
        en: 'The event loop is late: {lag} ms (99 of 100).',
        ja: 'イベントループが {lag} ms 遅れています（99 %）。',
      },
      exhausted: {
        status: 'fail',
        en: 'Only {free} % of the memory is free.',
        ja: 'メモリーの空きは {free} % しかありません。',
      },
    },
  },
  H5: {
    title: { en: 'PostgreSQL', ja: 'PostgreSQL' },
    why: {
      en: 'Without its database the server takes no mail (451).',
      ja: 'データベースがなければ、サーバーはメールを受け取れません（451）。',
    },
    expected: {
      en: 'It answers, its version still gets corrections, its schema is that of this version, and connections are left.',
      ja: '応答があり、修正が提供される版で、スキーマがこの版と同じで、接続に余裕があること。',
    },
    remedy: {
      en: 'Start PostgreSQL; look at DATABASE_URL. Restart the server: that brings the schema forward.',
      ja: 'PostgreSQL を起動し、DATABASE_URL を確かめてください。hikyaku を再起動するとスキーマが更新されます。',
    },
    findings: {
      ready: {
        status: 'pass',
        en: 'PostgreSQL {version}, schema {schema}, {busy} of {most} connections in use.',
        ja: 'PostgreSQL {version}、スキーマ {schema}、接続は {most} のうち {busy} を使用中。',
      },
      crowded: {
        status: 'warn',
        en: '{busy} of {most} connections are in use.',
        ja: '接続 {most} のうち {busy} が使われています。',
        remedy: {
          en: 'Raise max_connections in postgresql.conf.',
          ja: 'postgresql.conf の max_connections を増やしてください。',
        },
      },
      'pool-crowded': {
        status: 'warn',
        en: '{busy} of the {most} connections of this server are in use.',
        ja: 'このサーバー自身の接続 {most} のうち {busy} が使われています。',
        remedy: {
          en: 'Something is slow: the log names heavy work. On a machine with more processors raise the number of workers: HIKYAKU_WORKERS',
          ja: '何かが遅くなっています。重い処理はログで分かります。プロセッサーに余裕があれば、ワーカーを増やしてください：HIKYAKU_WORKERS',
        },
      },
      unsupported: {
        status: 'warn',
        en: 'PostgreSQL {version} has had no corrections since {until}.',
        ja: 'PostgreSQL {version} の修正の提供は {until} に終わりました。',
        remedy: {
          en: 'Make a backup, then move to a newer major version: hikyaku backup create',
          ja: 'バックアップを取ってから、新しいメジャーバージョンに移ってください：hikyaku backup create',
        },
      },
      behind: {
        status: 'fail',
        en: 'The schema is {schema}, this version needs {newest}.',
        ja: 'スキーマは {schema} ですが、この版には {newest} が必要です。',
      },
      down: {
        status: 'fail',
        en: 'It does not answer: {cause}.',
        ja: '応答がありません：{cause}。',
      },
    },
  },
  H6: {
    title: { en: 'Backup', ja: 'バックアップ' },
    why: {
      en: 'A backup that was never read back is a hope, not a backup.',
      ja: '一度も復元していないバックアップは、当てにできません。',
    },
    expected: {
      en: 'One of the last 24 hours, and a test of restoring in the last 30 days.',
      ja: '24 時間以内のバックアップと、30 日以内の復元テスト。',
    },
    remedy: {
      en: '`hikyaku backup create`, from a timer every night, and once a month `hikyaku backup verify FOLDER --restore` with the newest one.',
      ja: '`hikyaku backup create` をタイマーで毎晩実行し、月に一度は最新のものを `hikyaku backup verify FOLDER --restore` で復元できるか確かめてください。',
    },
    findings: {
      recent: {
        status: 'pass',
        en: 'The last backup is {age} old, the last test {tested}.',
        ja: '最新のバックアップは {age}前、復元テストは {tested}前です。',
      },
      aging: {
        status: 'warn',
        en: 'The last backup is {age} old.',
        ja: '最新のバックアップは {age}前のものです。',
      },
      untested: {
        status: 'warn',
        en: 'No backup was read back in the last 30 days.',
        ja: '30 日以内に復元を試したバックアップがありません。',
        remedy: {
          en: 'Read it back: hikyaku backup verify {folder} --restore',
          ja: '次のコマンドで復元を試してください：hikyaku backup verify {folder} --restore',
        },
      },
      old: {
        status: 'fail',
        en: 'The last backup is {age} old.',
        ja: '最新のバックアップでも {age}前のものです。',
      },
      none: {
        status: 'fail',
        en: 'No backup is recorded.',
        ja: 'バックアップの記録がありません。',
      },
    },
  },
  H7: {
    title: { en: 'Secrets', ja: '秘密情報' },
    why: {
      en: 'Who reads a key or a password of this host sends in your name.',
      ja: '鍵やパスワードを読んだ者は、あなたの名前で送信できます。',
    },
    expected: {
      en: 'Files with secrets are for their owner alone, and none of the accounts is of a development server.',
      ja: '秘密のファイルは所有者だけが読め、開発用のアカウントが残っていないこと。',
    },
    remedy: {
      en: 'chmod 600 the files; give secrets as files (…_FILE); change what others may have read.',
      ja: 'ファイルを chmod 600 にし、秘密は …_FILE で渡し、読まれたおそれのあるものは変更してください。',
    },
    findings: {
      safe: { status: 'pass', en: 'Only their owner can read them.', ja: '所有者だけが読めます。' },
      'in-environment': {
        status: 'warn',
        en: 'In the environment stand {names}, which every program of this user can read.',
        ja: '環境変数の {names} は、同じユーザーのどのプログラムからも読めます。',
        remedy: {
          en: 'Write each into a file of mode 0600 and set its …_FILE name instead.',
          ja: 'それぞれを 0600 のファイルに書き、代わりに …_FILE の名前で指定してください。',
        },
      },
      readable: {
        status: 'fail',
        en: 'Others may read {files}.',
        ja: '所有者以外も {files} を読めます。',
      },
      'foreign-owner': {
        status: 'fail',
        en: 'They belong to another user, who can change who reads them: {files}.',
        ja: '別のユーザーの所有で、そのユーザーが読み取りの許可を変えられます：{files}。',
        remedy: {
          en: 'Give them to the user of this server with chown.',
          ja: 'chown で、このサーバーのユーザーの所有にしてください。',
        },
      },
      'development-accounts': {
        status: 'fail',
        en: 'Accounts of a development server are open: {accounts}.',
        ja: '開発用のアカウントが有効なままです：{accounts}。',
        remedy: {
          en: 'For each of them `hikyaku account passwd ADDRESS`, `hikyaku account disable ADDRESS` or `hikyaku account remove ADDRESS`.',
          ja: 'それぞれ `hikyaku account passwd ADDRESS`、`hikyaku account disable ADDRESS`、`hikyaku account remove ADDRESS` のどれかで対処してください。',
        },
      },
    },
  },
  H8: {
    title: { en: 'Versions', ja: '版' },
    why: {
      en: 'Known holes are tried by everybody from the day they are known.',
      ja: '公表された弱点は、その日から誰もが試します。',
    },
    expected: {
      en: 'The newest Hikyaku, on the newest Node.js of its line.',
      ja: 'Hikyaku が最新で、Node.js も同じ系列で最新であること。',
    },
    remedy: {
      en: 'Take the newest Node.js of the line, and restart. With Docker Compose: docker compose build --pull hikyaku && docker compose up --detach',
      ja: '同じ系列の最新の Node.js にして再起動してください。Docker Compose では：docker compose build --pull hikyaku && docker compose up --detach',
    },
    findings: {
      current: {
        status: 'pass',
        en: 'Hikyaku {hikyaku} on Node.js {node}.',
        ja: 'Node.js {node} 上の Hikyaku {hikyaku} です。',
      },
      behind: {
        status: 'warn',
        en: 'Node.js is {node}, there is {newest}.',
        ja: 'Node.js は {node} ですが、{newest} が出ています。',
      },
      insecure: {
        status: 'fail',
        en: 'Node.js is {node}; {newest} mends security holes.',
        ja: 'Node.js は {node} ですが、{newest} で弱点が修正されています。',
      },
      'own-behind': {
        status: 'warn',
        en: 'Hikyaku is {hikyaku}, there is {newest}.',
        ja: 'Hikyaku は {hikyaku} ですが、{newest} が出ています。',
        remedy: {
          en: '`hikyaku backup create`, then install the newer one over this and restart: the start brings the database forward, and refuses where it cannot.',
          ja: '`hikyaku backup create` でバックアップを取り、新しい版を上書きインストールして再起動してください。データベースは起動時に更新され、更新できなければ起動を拒否します。',
        },
      },
      'own-insecure': {
        status: 'fail',
        en: 'Hikyaku is {hikyaku}; {newest} mends security holes.',
        ja: 'Hikyaku は {hikyaku} ですが、{newest} で弱点が修正されています。',
        remedy: {
          en: '`hikyaku backup create`, then install the newer one over this and restart, today.',
          ja: '`hikyaku backup create` でバックアップを取り、今日のうちに新しい版を上書きインストールして再起動してください。',
        },
      },
      'not-asked': {
        status: 'skip',
        en: 'Hikyaku {hikyaku} on Node.js {node}. Newer ones are not asked for (doctor.node_releases and doctor.releases are empty).',
        ja: 'Node.js {node} 上の Hikyaku {hikyaku} です。doctor.node_releases と doctor.releases が空なので、新しい版は調べません。',
      },
    },
  },
} as const satisfies Readonly<Record<string, CheckTexts>>;
