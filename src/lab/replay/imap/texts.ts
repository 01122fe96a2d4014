/** What each command of IMAP is for and what the server's words mean, in both languages. */
import type { Phrase } from '#mail/story/phrase';

export const IMAP_VERBS = {
  CAPABILITY: {
    rfc: 'RFC 9051 §6.1.1',
    en: 'The program asks what the server can do, so that it uses no extension that is not there.',
    ja: 'サーバーが対応している機能を尋ねます。対応していない拡張機能を使わないためです。',
  },
  NOOP: {
    rfc: 'RFC 9051 §6.1.2',
    en: 'NOOP does nothing, but its answer may tell what has changed in the mailbox: so programs ask for new mail without IDLE.',
    ja: 'NOOP 自体は何もしませんが、応答でメールボックスの変化を知らせてもらえます。IDLE を使わないソフトは、これで新着を確かめます。',
  },
  LOGOUT: {
    rfc: 'RFC 9051 §6.1.3',
    en: 'LOGOUT ends the session: the server says BYE before it closes the connection.',
    ja: 'LOGOUT でセッションを終えます。サーバーは BYE と言ってから接続を閉じます。',
  },
  STARTTLS: {
    rfc: 'RFC 9051 §6.2.1',
    en: 'From clear text to TLS on the same connection. Before that nobody may log in here.',
    ja: '同じ接続のまま、平文から TLS に切り替えます。ここでは、切り替えるまでログインできません。',
  },
  AUTHENTICATE: {
    rfc: 'RFC 9051 §6.2.2',
    en: 'The program proves who it is by a SASL mechanism. What is exchanged for it is not shown; with SCRAM (RFC 5802) the password itself never travels.',
    ja: 'SASL の方式で本人であることを示します。やり取りの中身は表示しません。SCRAM（RFC 5802）では、パスワードそのものは送られません。',
  },
  LOGIN: {
    rfc: 'RFC 9051 §6.2.3',
    en: 'The name and the password as they are, which only TLS protects on the way. They are not shown.',
    ja: '名前とパスワードをそのまま送ります。途中で守ってくれるのは TLS だけです。ここには表示しません。',
  },
  ENABLE: {
    rfc: 'RFC 9051 §6.3.1',
    en: 'The program says which extensions it understands; from here on the server may use them in its answers.',
    ja: '理解できる拡張機能を伝えます。これ以降、サーバーは応答でそれらを使えます。',
  },
  ID: {
    rfc: 'RFC 2971 §3.1',
    en: 'The two tell each other which programs they are. It is for finding faults, and nothing is to depend on it.',
    ja: '互いのソフトウェアの名前や版を伝えます。不具合を調べるためのもので、動作をこれに頼ってはいけません。',
  },
  SELECT: {
    rfc: 'RFC 9051 §6.3.2',
    en: 'The program opens a mailbox. UIDVALIDITY and UIDNEXT tell it whether what it remembers of it still holds.',
    ja: 'メールボックスを開きます。UIDVALIDITY と UIDNEXT を見れば、手元に覚えている内容がまだ有効かどうかが分かります。',
  },
  EXAMINE: {
    rfc: 'RFC 9051 §6.3.3',
    en: 'The program opens a mailbox only to read: nothing that it does changes anything there.',
    ja: 'メールボックスを読み取り専用で開きます。何をしても内容は変わりません。',
  },
  CREATE: {
    rfc: 'RFC 9051 §6.3.4',
    en: 'The program makes a mailbox, which people call a folder.',
    ja: '新しいメールボックス（いわゆるフォルダー）を作ります。',
  },
  DELETE: {
    rfc: 'RFC 9051 §6.3.5',
    en: 'The program removes a mailbox with all that is in it.',
    ja: 'メールボックスを、中のメッセージごと削除します。',
  },
  RENAME: {
    rfc: 'RFC 9051 §6.3.6',
    en: 'The program gives a mailbox another name; those below it come with it.',
    ja: 'メールボックスの名前を変えます。その下にあるものも一緒に移ります。',
  },
  SUBSCRIBE: {
    rfc: 'RFC 9051 §6.3.7',
    en: 'The program notes that the mailbox is to be shown; other programs of the same person see it too.',
    ja: 'このメールボックスを表示するよう登録します。同じ人が使うほかのソフトにも反映されます。',
  },
  UNSUBSCRIBE: {
    rfc: 'RFC 9051 §6.3.8',
    en: 'The mailbox is to be shown no longer; it stays where it is.',
    ja: 'このメールボックスを表示の登録から外します。メールボックス自体は残ります。',
  },
  LIST: {
    rfc: 'RFC 9051 §6.3.9',
    en: 'The program asks which mailboxes there are, and which of them are for sent mail, drafts, junk and trash.',
    ja: 'どんなメールボックスがあるか、送信済み・下書き・迷惑メール・ごみ箱はどれかを尋ねます。',
  },
  LSUB: {
    rfc: 'RFC 3501 §6.3.9',
    en: 'An older program asks which mailboxes are subscribed; today LIST tells that.',
    ja: '古いソフトが、登録されているメールボックスを尋ねます。現在は LIST で分かります。',
  },
  NAMESPACE: {
    rfc: 'RFC 9051 §6.3.10',
    en: 'The program asks where its own mailboxes begin and which character stands between the parts of a name.',
    ja: '自分のメールボックスがどこから始まり、名前の区切りにどの文字を使うかを尋ねます。',
  },
  STATUS: {
    rfc: 'RFC 9051 §6.3.11',
    en: 'The program asks for the figures of a mailbox without opening it: how many messages, how many unread.',
    ja: 'メールボックスを開かずに、メッセージの数や未読の数などを尋ねます。',
  },
  APPEND: {
    rfc: 'RFC 9051 §6.3.12',
    en: 'The program puts a message into a mailbox: so what was sent comes into the folder of sent mail. SMTP has nothing to do with it. The message itself is not shown.',
    ja: 'メールボックスにメッセージを入れます。送ったメールの控えは、こうして送信済みフォルダーに入ります。SMTP は関係しません。メッセージの中身は表示しません。',
  },
  REPLACE: {
    rfc: 'RFC 8508 §3',
    en: 'A new message takes the place of an old one in one step: so drafts are saved.',
    ja: '古いメッセージを新しいものに一度で置き換えます。下書きの保存に使います。',
  },
  IDLE: {
    rfc: 'RFC 9051 §6.3.13',
    en: 'The program waits and lets the server speak: what changes is told at once, until the program says DONE.',
    ja: 'ソフトは待機し、サーバーからの知らせを待ちます。変化はその場で伝えられ、ソフトが DONE と言うまで続きます。',
  },
  NOTIFY: {
    rfc: 'RFC 5465 §3',
    en: 'The program says of which mailboxes it wants to hear, whatever it does meanwhile.',
    ja: 'どのメールボックスの変化を知らせてほしいかを伝えます。ほかの操作をしている間も知らせが届きます。',
  },
  COMPRESS: {
    rfc: 'RFC 4978 §3',
    en: 'The two agree to compress all that follows; it is shown here as it was before.',
    ja: 'これ以降のやり取りを圧縮します。ここでは圧縮前の内容を表示します。',
  },
  CHECK: {
    rfc: 'RFC 3501 §6.4.1',
    en: 'An older program asks the server to put its things in order; NOOP does as much today.',
    ja: '古いソフトが、サーバーに内部の整理を求めます。現在は NOOP で足ります。',
  },
  CLOSE: {
    rfc: 'RFC 9051 §6.4.1',
    en: 'The program leaves the mailbox; messages with \\Deleted are gone for good.',
    ja: 'メールボックスを閉じます。\\Deleted の付いたメッセージは完全に削除されます。',
  },
  UNSELECT: {
    rfc: 'RFC 9051 §6.4.2',
    en: 'The program leaves the mailbox, and nothing is removed.',
    ja: 'メールボックスを閉じます。何も削除されません。',
  },
  EXPUNGE: {
    rfc: 'RFC 9051 §6.4.3',
    en: 'Messages with \\Deleted are removed for good; the numbers of those behind them change.',
    ja: '\\Deleted の付いたメッセージを完全に削除します。後ろのメッセージの番号が繰り上がります。',
  },
  SEARCH: {
    rfc: 'RFC 9051 §6.4.4',
    en: 'The server looks for messages, so that the program need not fetch them all.',
    ja: 'サーバー側でメッセージを探します。ソフトがすべてを取得する必要はありません。',
  },
  FETCH: {
    rfc: 'RFC 9051 §6.4.5',
    en: 'The program asks for parts of messages: first what a list shows, the text when somebody opens it. The content itself is not shown.',
    ja: 'メッセージの必要な部分を取得します。まず一覧に表示する項目、本文は開かれたときに取得します。内容そのものは表示しません。',
  },
  STORE: {
    rfc: 'RFC 9051 §6.4.6',
    en: 'The program changes flags: read (\\Seen), answered, flagged, to be deleted.',
    ja: 'フラグを変えます。既読（\\Seen）、返信済み、重要、削除予定などです。',
  },
  COPY: {
    rfc: 'RFC 9051 §6.4.7',
    en: 'The server copies messages into another mailbox; COPYUID tells which numbers they have there.',
    ja: 'サーバー側でメッセージを別のメールボックスに複製します。複製先での番号は COPYUID で分かります。',
  },
  MOVE: {
    rfc: 'RFC 9051 §6.4.8',
    en: 'The messages go into another mailbox in one step: into the junk folder and out of it the server learns from that.',
    ja: 'メッセージを別のメールボックスに一度で移します。迷惑メールフォルダーへの出し入れから、サーバーは学習します。',
  },
  SORT: {
    rfc: 'RFC 5256 §3',
    en: 'The server puts messages in order, so that the program need not fetch them all.',
    ja: 'サーバー側でメッセージを並べ替えます。ソフトがすべてを取得する必要はありません。',
  },
  THREAD: {
    rfc: 'RFC 5256 §3',
    en: 'The server finds out which messages answer which, by References and In-Reply-To.',
    ja: 'どのメッセージがどれへの返信かを、References と In-Reply-To からサーバーが調べます。',
  },
  UIDBATCHES: {
    en: 'The program asks by which UIDs a large mailbox can be cut into pieces of one size.',
    ja: '大きなメールボックスを、どの UID で区切れば同じ大きさに分けられるかを尋ねます。',
  },
  GETQUOTA: {
    rfc: 'RFC 9208 §4.1.1',
    en: 'The program asks how much room there is and how much is taken.',
    ja: '使える容量と、使用済みの容量を尋ねます。',
  },
  GETQUOTAROOT: {
    rfc: 'RFC 9208 §4.1.2',
    en: 'The program asks which limit of room holds for a mailbox, and how much of it is taken.',
    ja: 'メールボックスに適用される容量の上限と、使用済みの容量を尋ねます。',
  },
  SETQUOTA: {
    rfc: 'RFC 9208 §4.1.3',
    en: 'A program wants to change how much room there is, which is for the administrator of the server.',
    ja: '容量の上限を変えようとします。これはサーバーの管理者の仕事です。',
  },
  GETMETADATA: {
    rfc: 'RFC 5464 §4.2',
    en: 'The program reads notes that are kept with a mailbox, or with the server.',
    ja: 'メールボックスやサーバーに付けられたメモ（注釈）を読みます。',
  },
  SETMETADATA: {
    rfc: 'RFC 5464 §4.3',
    en: 'The program keeps a note with a mailbox, so that other programs find it there.',
    ja: 'メールボックスにメモ（注釈）を付けます。ほかのソフトからも見えます。',
  },
  UNAUTHENTICATE: {
    rfc: 'RFC 8437 §2',
    en: 'The connection is to stay and somebody else is to log in on it.',
    ja: '接続を保ったままログイン状態を解き、別の人がログインできるようにします。',
  },
} as const satisfies Record<string, Phrase>;

export type ImapVerb = keyof typeof IMAP_VERBS;

/** Turns that are no command. */
export const IMAP_TURNS = {
  greeting: {
    rfc: 'RFC 9051 §7.1.1',
    en: 'The server speaks first: OK means that it is ready, and the code tells what it can do.',
    ja: '最初に話すのはサーバーです。OK は準備ができたという意味で、続くコードは対応する機能を示します。',
  },
  tls: {
    rfc: 'RFC 8314 §3',
    en: 'All that follows is encrypted on the way; it is shown here as the server sees it.',
    ja: 'これ以降は通信路が暗号化されます。ここではサーバーから見た内容を表示します。',
  },
  compressed: {
    rfc: 'RFC 4978 §3',
    en: 'All that follows is compressed on the way; it is shown here as it is.',
    ja: 'これ以降は通信路で圧縮されます。ここでは元の内容を表示します。',
  },
  unasked: {
    rfc: 'RFC 9051 §5.2',
    en: 'The server speaks without being asked at this moment: something has changed, and IDLE or NOTIFY lets it say so.',
    ja: 'サーバーが自分から知らせています。変化があり、IDLE や NOTIFY によって、その場で伝えられるからです。',
  },
  done: {
    rfc: 'RFC 9051 §6.3.13',
    en: 'DONE ends the waiting; only now the IDLE command gets its answer.',
    ja: 'DONE で待機を終えます。IDLE コマンドへの応答は、ここで初めて返されます。',
  },
  more: {
    rfc: 'RFC 9051 §4.3',
    en: 'The rest of the command, after the server has asked for it. Secrets and messages are not shown.',
    ja: 'サーバーに促されて送る、コマンドの続きです。秘密の情報やメッセージの中身は表示しません。',
  },
  other: {
    rfc: 'RFC 9051 §7.1.3',
    en: 'No command of IMAP. Before the login it is not shown: it could be a password.',
    ja: 'IMAP のコマンドではありません。ログイン前のものは、パスワードかもしれないので表示しません。',
  },
} as const satisfies Record<string, Phrase>;

export type ImapTurnKind = keyof typeof IMAP_TURNS;

/** What the words of the server mean. */
export const IMAP_REPLIES = {
  no: {
    rfc: 'RFC 9051 §7.1.2',
    en: 'NO: understood, but it could not be done. The code in brackets says why.',
    ja: 'NO：理解はされましたが、実行できませんでした。理由は角括弧内のコードが示します。',
  },
  bad: {
    rfc: 'RFC 9051 §7.1.3',
    en: 'BAD: the server does not understand this, or not at this time.',
    ja: 'BAD：サーバーが理解できないか、この時点では使えないコマンドです。',
  },
  bye: {
    rfc: 'RFC 9051 §7.1.5',
    en: 'BYE: the server closes the connection next.',
    ja: 'BYE：このあとサーバーが接続を閉じます。',
  },
  go: {
    rfc: 'RFC 9051 §7.6',
    en: '+: go on. The server waits for the rest.',
    ja: '+：続きを送ってよいという合図です。',
  },
  exists: {
    rfc: 'RFC 9051 §7.4.1',
    en: 'So many messages are in the mailbox now.',
    ja: '現在、メールボックスにあるメッセージの数です。',
  },
  expunge: {
    rfc: 'RFC 9051 §7.5.1',
    en: 'The message with this number is gone; those behind it move up by one.',
    ja: 'この番号のメッセージが削除されました。後ろの番号は 1 つずつ繰り上がります。',
  },
  vanished: {
    rfc: 'RFC 7162 §3.2.10',
    en: 'Messages with these UIDs are gone.',
    ja: 'これらの UID のメッセージが削除されました。',
  },
  fetch: {
    rfc: 'RFC 9051 §7.5.2',
    en: 'What the server tells of one message; a number in braces is how many octets of content follow, which are not shown.',
    ja: '1 通のメッセージについての情報です。波括弧内の数字は、続く内容のオクテット数です（内容は表示しません）。',
  },
  list: {
    rfc: 'RFC 9051 §7.3.1',
    en: 'A mailbox: its attributes, the character between the parts of its name, and the name.',
    ja: '1 つのメールボックスの、属性、名前の区切り文字、名前です。',
  },
  status: {
    rfc: 'RFC 9051 §7.3.3',
    en: 'The figures of a mailbox that were asked for.',
    ja: '尋ねられたメールボックスの数値です。',
  },
  esearch: {
    rfc: 'RFC 9051 §7.3.4',
    en: 'What was found, as numbers or UIDs.',
    ja: '見つかったメッセージの番号または UID です。',
  },
  flags: {
    rfc: 'RFC 9051 §7.3.5',
    en: 'The flags that messages here may have.',
    ja: 'ここのメッセージに付けられるフラグです。',
  },
} as const satisfies Record<string, Phrase>;

export type ImapReply = keyof typeof IMAP_REPLIES;
