/**
 * The catalogue behind `statusWords`: for each `subject.detail` of an enhanced status code, where it is
 * defined, and meaning and advice in every language.
 */
import type { Language } from './language.ts';

type Words = { readonly rfc: string } & Readonly<
  Record<Language, readonly [meaning: string, advice: string]>
>;

/** By subject, for codes that are not listed by themselves (RFC 3463 §3.1 to §3.8). */
export const SUBJECT_WORDS: Readonly<Record<number, Words>> = {
  0: {
    rfc: 'RFC 3463 §3.1',
    en: [
      'The receiving server gave no exact reason.',
      'Read what it answered; if that does not help, ask the recipient in another way.',
    ],
    ja: [
      '受信側のサーバーは詳しい理由を示していません。',
      'サーバーの返答をお読みください。解決しない場合は、別の手段で受信者にお尋ねください。',
    ],
  },
  1: {
    rfc: 'RFC 3463 §3.2',
    en: [
      'Something is wrong with an address.',
      'Check the address of the recipient, letter by letter, and send again.',
    ],
    ja: ['アドレスに問題があります。', '宛先アドレスを一文字ずつ確認し、もう一度お送りください。'],
  },
  2: {
    rfc: 'RFC 3463 §3.3',
    en: [
      'The mailbox of the recipient cannot take the message.',
      'Ask the recipient in another way whether the mailbox is in use.',
    ],
    ja: [
      '受信者のメールボックスがメッセージを受け取れません。',
      'メールボックスが使われているか、別の手段で受信者にお尋ねください。',
    ],
  },
  3: {
    rfc: 'RFC 3463 §3.4',
    en: [
      'The mail system of the recipient cannot take the message.',
      'Send again later; if it stays so, the administrators of that system must act.',
    ],
    ja: [
      '受信者側のメールシステムがメッセージを受け取れません。',
      '時間をおいてお送りください。続く場合は、相手側の管理者の対応が必要です。',
    ],
  },
  4: {
    rfc: 'RFC 3463 §3.5',
    en: [
      'The mail system of the recipient could not be reached.',
      'Check the part of the address after the @; if it is right, send again later.',
    ],
    ja: [
      '受信者側のメールシステムに到達できませんでした。',
      'アドレスの @ より後ろを確認してください。正しければ、時間をおいてお送りください。',
    ],
  },
  5: {
    rfc: 'RFC 3463 §3.6',
    en: [
      'The two mail servers did not understand each other.',
      'You can do nothing yourself; show this notice to your administrator.',
    ],
    ja: [
      'メールサーバー間の通信手順に問題がありました。',
      'ご自身でできることはありません。この通知を管理者にお見せください。',
    ],
  },
  6: {
    rfc: 'RFC 3463 §3.7',
    en: [
      'The receiving server cannot handle the content of the message.',
      'Send it in a simpler form: plain text, fewer or other attachments.',
    ],
    ja: [
      '受信側のサーバーはメッセージの内容を扱えません。',
      'テキスト形式にする、添付ファイルを減らすなど、簡単な形でお送りください。',
    ],
  },
  7: {
    rfc: 'RFC 3463 §3.8',
    en: [
      'The receiving server refused the message by its rules.',
      'Read what it answered; if you think it is wrong, show this notice to your administrator.',
    ],
    ja: [
      '受信側のサーバーが規則によりメッセージを拒否しました。',
      'サーバーの返答をお読みください。誤りと思われる場合は、この通知を管理者にお見せください。',
    ],
  },
};

/** By `subject.detail`. */
export const STATUS_WORDS: Readonly<Record<string, Words>> = {
  '1.1': {
    rfc: 'RFC 3463 §3.2',
    en: [
      'There is no mailbox with this name.',
      'Check the part of the address before the @, letter by letter, or ask the recipient for the right address.',
    ],
    ja: [
      'この名前のメールボックスは存在しません。',
      'アドレスの @ より前を一文字ずつ確認するか、受信者に正しいアドレスをお尋ねください。',
    ],
  },
  '1.2': {
    rfc: 'RFC 3463 §3.2',
    en: [
      'The domain of the address does not exist or takes no mail.',
      'Check the part of the address after the @, letter by letter.',
    ],
    ja: [
      'アドレスのドメインが存在しないか、メールを受け取りません。',
      'アドレスの @ より後ろを一文字ずつ確認してください。',
    ],
  },
  '1.3': {
    rfc: 'RFC 3463 §3.2',
    en: ['The address is not written correctly.', 'Correct the address and send again.'],
    ja: ['アドレスの書き方が正しくありません。', 'アドレスを訂正して、もう一度お送りください。'],
  },
  '1.6': {
    rfc: 'RFC 3463 §3.2',
    en: [
      'The mailbox has moved, and it is not known where to.',
      'Ask the recipient for the new address.',
    ],
    ja: ['メールボックスは移転し、移転先は不明です。', '新しいアドレスを受信者にお尋ねください。'],
  },
  '1.8': {
    rfc: 'RFC 3463 §3.2',
    en: [
      'The receiving server does not believe that your own address exists.',
      'Show this notice to your administrator: the DNS records of your domain should be checked.',
    ],
    ja: [
      '受信側のサーバーは、あなたの差出人アドレスが存在しないと判断しました。',
      'この通知を管理者にお見せください。ご自身のドメインの DNS の確認が必要です。',
    ],
  },
  '1.10': {
    rfc: 'RFC 7505 §6',
    en: [
      'The domain of the recipient declares that it takes no mail at all.',
      'Check the part of the address after the @, or ask the recipient for another address.',
    ],
    ja: [
      '受信者のドメインは、メールを一切受け取らないと宣言しています。',
      'アドレスの @ より後ろを確認するか、受信者に別のアドレスをお尋ねください。',
    ],
  },
  '2.1': {
    rfc: 'RFC 3463 §3.3',
    en: [
      'The mailbox exists but takes no mail at present.',
      'Ask the recipient in another way whether the mailbox is still in use.',
    ],
    ja: [
      'メールボックスは存在しますが、現在メールを受け付けていません。',
      'メールボックスがまだ使われているか、別の手段で受信者にお尋ねください。',
    ],
  },
  '2.2': {
    rfc: 'RFC 3463 §3.3',
    en: [
      'The mailbox is full.',
      'Tell the recipient in another way that the mailbox is full, and send again when there is room.',
    ],
    ja: [
      'メールボックスがいっぱいです。',
      '別の手段で受信者にお知らせし、空きができてからもう一度お送りください。',
    ],
  },
  '2.3': {
    rfc: 'RFC 3463 §3.3',
    en: [
      'The message is larger than this mailbox takes.',
      'Send it with smaller or fewer attachments, or share the files in another way.',
    ],
    ja: [
      'メッセージがこのメールボックスの上限より大きすぎます。',
      '添付ファイルを小さくするか減らす、またはファイルを別の方法で共有してください。',
    ],
  },
  '3.1': {
    rfc: 'RFC 3463 §3.4',
    en: [
      'The mail system of the recipient has no room left.',
      'Send again later; the administrators of that system must make room.',
    ],
    ja: [
      '受信者側のメールシステムの保存領域がいっぱいです。',
      '時間をおいてお送りください。相手側の管理者の対応が必要です。',
    ],
  },
  '3.2': {
    rfc: 'RFC 3463 §3.4',
    en: ['The mail system of the recipient takes no mail at present.', 'Send again later.'],
    ja: [
      '受信者側のメールシステムは現在メールを受け付けていません。',
      '時間をおいてもう一度お送りください。',
    ],
  },
  '3.4': {
    rfc: 'RFC 3463 §3.4',
    en: [
      'The message is larger than the receiving server takes.',
      'Send it with smaller or fewer attachments, or share the files in another way.',
    ],
    ja: [
      'メッセージが受信側のサーバーの上限より大きすぎます。',
      '添付ファイルを小さくするか減らす、またはファイルを別の方法で共有してください。',
    ],
  },
  '4.1': {
    rfc: 'RFC 3463 §3.5',
    en: [
      'No mail server of the recipient answered.',
      'Check the part of the address after the @; if it is right, send again later.',
    ],
    ja: [
      '受信者側のメールサーバーが応答しませんでした。',
      'アドレスの @ より後ろを確認してください。正しければ、時間をおいてお送りください。',
    ],
  },
  '4.2': {
    rfc: 'RFC 3463 §3.5',
    en: [
      'The connection to the mail server of the recipient broke off.',
      'Send again later; if it happens again, show this notice to your administrator.',
    ],
    ja: [
      '受信者側のメールサーバーとの接続が途中で切れました。',
      '時間をおいてお送りください。繰り返す場合は、この通知を管理者にお見せください。',
    ],
  },
  '4.3': {
    rfc: 'RFC 3463 §3.5',
    en: [
      'The directory of Internet names (DNS) gave no usable answer for the domain of the recipient.',
      'Send again later; if it stays so, the administrators of that domain must act.',
    ],
    ja: [
      '受信者のドメインについて、DNS から有効な応答がありませんでした。',
      '時間をおいてお送りください。続く場合は、そのドメインの管理者の対応が必要です。',
    ],
  },
  '4.4': {
    rfc: 'RFC 3463 §3.5',
    en: [
      'No way to a mail server of the domain of the recipient was found.',
      'Check the part of the address after the @, letter by letter.',
    ],
    ja: [
      '受信者のドメインのメールサーバーへの経路が見つかりませんでした。',
      'アドレスの @ より後ろを一文字ずつ確認してください。',
    ],
  },
  '4.5': {
    rfc: 'RFC 3463 §3.5',
    en: ['The mail system of the recipient is overloaded.', 'Send again later.'],
    ja: ['受信者側のメールシステムが混雑しています。', '時間をおいてもう一度お送りください。'],
  },
  '4.6': {
    rfc: 'RFC 3463 §3.5',
    en: [
      'The message went round in a circle between servers.',
      'Show this notice to your administrator: an alias or forwarding points back to itself.',
    ],
    ja: [
      'メッセージがサーバー間を循環しました。',
      'この通知を管理者にお見せください。別名や転送の設定が循環しています。',
    ],
  },
  '4.7': {
    rfc: 'RFC 3463 §3.5',
    en: [
      'The message could not be handed over in the time allowed for it.',
      'Find out from the last answer below what stood in the way; if the address is right, send again.',
    ],
    ja: [
      '定められた期間内にメッセージを引き渡せませんでした。',
      '下に示す最後の返答から原因をご確認ください。アドレスが正しければ、もう一度お送りください。',
    ],
  },
  '5.3': {
    rfc: 'RFC 3463 §3.6',
    en: [
      'The message has more recipients than the receiving server takes at once.',
      'Send it to fewer recipients at a time.',
    ],
    ja: ['一度に指定できる宛先の数を超えています。', '宛先を分けて、数を減らしてお送りください。'],
  },
  '6.1': {
    rfc: 'RFC 3463 §3.7',
    en: [
      'The receiving server does not take this kind of content.',
      'Send it in another form, for example without the attachment.',
    ],
    ja: [
      '受信側のサーバーはこの種類の内容を受け付けません。',
      '添付ファイルを外すなど、別の形でお送りください。',
    ],
  },
  '6.3': {
    rfc: 'RFC 3463 §3.7',
    en: [
      'The message holds 8-bit text, which the receiving server does not support.',
      'Send it from a program that encodes text (quoted-printable or base64), or to another address of the recipient.',
    ],
    ja: [
      'メッセージに 8 ビットの文字が含まれ、受信側のサーバーが対応していません。',
      '本文を符号化する（quoted-printable または base64）メールソフトから送るか、受信者の別のアドレスへお送りください。',
    ],
  },
  '6.7': {
    rfc: 'RFC 6531 §3.5',
    en: [
      'An address has letters outside ASCII, which the receiving server does not support.',
      'Use an address in plain letters for yourself and for the recipient.',
    ],
    ja: [
      'アドレスに ASCII 以外の文字が含まれ、受信側のサーバーが対応していません。',
      '差出人と宛先に、英数字だけのアドレスをお使いください。',
    ],
  },
  '7.0': {
    rfc: 'RFC 3463 §3.8',
    en: [
      'The receiving server refused the message by its rules and did not say which.',
      'Read what it answered; if you think it is wrong, show this notice to your administrator.',
    ],
    ja: [
      '受信側のサーバーが規則によりメッセージを拒否しました。詳しい理由は示されていません。',
      'サーバーの返答をお読みください。誤りと思われる場合は、この通知を管理者にお見せください。',
    ],
  },
  '7.1': {
    rfc: 'RFC 3463 §3.8',
    en: [
      'The receiving server does not accept this message from you or for this recipient.',
      'Read what it answered; if you think it is wrong, ask the recipient in another way, or show this notice to your administrator.',
    ],
    ja: [
      '受信側のサーバーは、この差出人から、またはこの宛先へのメッセージを受け付けません。',
      'サーバーの返答をお読みください。誤りと思われる場合は、別の手段で受信者にお尋ねになるか、この通知を管理者にお見せください。',
    ],
  },
  '7.4': {
    rfc: 'RFC 3463 §3.8',
    en: [
      'The receiving server does not offer the encryption that is required.',
      'If it lasts, tell the recipient in another way; the administrator of that server can mend it.',
    ],
    ja: [
      '必要な暗号化に、受信側のサーバーが対応していません。',
      '続く場合は、別の手段で受信者にお知らせください。受信側の管理者が直せます。',
    ],
  },
  '7.5': {
    rfc: 'RFC 3463 §3.8',
    en: [
      'The receiving server could not be proven to be the right one, so nothing was sent to it.',
      'If it lasts, tell the recipient in another way: the certificate of that server must be mended, or somebody stands in between.',
    ],
    ja: [
      '受信側のサーバーが本物であることを確認できないため、送信しませんでした。',
      '続く場合は、別の手段で受信者にお知らせください。サーバーの証明書に問題があるか、第三者が通信に介入しています。',
    ],
  },
  '7.8': {
    rfc: 'RFC 4954 §6',
    en: [
      'The server asked for a name and password and did not accept those given.',
      'Show this notice to your administrator: the access data for the next server must be corrected.',
    ],
    ja: [
      'サーバーの認証に失敗しました。',
      'この通知を管理者にお見せください。中継先サーバーの認証情報の訂正が必要です。',
    ],
  },
  '7.20': {
    rfc: 'RFC 7372 §3.1',
    en: [
      'The receiving server found no valid signature (DKIM) on the message.',
      'Show this notice to your administrator.',
    ],
    ja: [
      '受信側のサーバーは、メッセージに有効な署名（DKIM）を確認できませんでした。',
      'この通知を管理者にお見せください。',
    ],
  },
  '7.23': {
    rfc: 'RFC 7372 §3.2',
    en: [
      'The domain of the sender does not allow the sending server to send for it (SPF).',
      'Show this notice to your administrator.',
    ],
    ja: [
      '差出人のドメインが、送信元サーバーからの送信を許可していません（SPF）。',
      'この通知を管理者にお見せください。',
    ],
  },
  '7.25': {
    rfc: 'RFC 7372 §3.3',
    en: [
      'The address of the sending server has no proper name in the DNS.',
      'Show this notice to your administrator.',
    ],
    ja: [
      '送信元サーバーのアドレスに、DNS の正しい逆引き名がありません。',
      'この通知を管理者にお見せください。',
    ],
  },
  '7.30': {
    rfc: 'RFC 8689 §7',
    en: [
      'The message asks for encryption on the whole way, and the next server does not promise it.',
      'Send it without that wish, or reach the recipient in another way.',
    ],
    ja: [
      'メッセージは全経路での暗号化を求めていますが、次のサーバーが対応していません。',
      'その指定なしで送るか、別の手段で受信者にご連絡ください。',
    ],
  },
  '7.26': {
    rfc: 'RFC 7372 §3.4',
    en: [
      'The message passed none of the checks of its origin that the receiving server wants.',
      'Show this notice to your administrator.',
    ],
    ja: [
      'メッセージは、受信側のサーバーが求める送信元の確認のいずれにも合格しませんでした。',
      'この通知を管理者にお見せください。',
    ],
  },
};
