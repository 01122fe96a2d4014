/** What accounts hand in: the listeners, the limits, and bulk mail. */
import type { TextsOf } from '#config/texts/texts-of';
import { LISTENS_ON, port, PROXIED } from './listeners.ts';

export const SUBMISSION_TEXTS: TextsOf<'submission' | 'submissions' | 'unsubscribe'> = {
  'submission.port': port('STARTTLS を使うサブミッションの'),
  'submission.address': LISTENS_ON,
  'submission.proxy_from': PROXIED,
  'submission.take_bounces':
    '一斉配信のメールを、宛先ごとに異なるエンベロープ From（ドメインは差出人のものと同じ）で送り、不達をこのサーバーで把握します。差出人のドメイン宛てのメールが別のサーバーに届く場合は、無効にしてください。',
  'submission.hide_author_address':
    '送信されたメールの Received フィールドに、差出人の IP アドレスを書かないようにします。',
  'submission.messages_a_day':
    '一つのアカウントが 1 日（UTC）に送信できるメッセージの数です。すべてのノードを合わせて数えます。アカウントごとの上限は `account limit` で設定します。盗まれたパスワードで送れる量も、これで決まります。0 なら制限しません。',
  'submission.new_recipients_a_day':
    '一つのアカウントが 1 日（UTC）に送信できる、それまで一度も書いたことのない宛先の数です。人が新しい相手に書くことは少なく、パスワードを盗んだ者は新しい相手にばかり書きます。アカウントごとの上限は `account limit` で設定します。0 なら制限しません。',
  'submission.messages_a_minute':
    '一つのアカウントが 1 分間に送信できるメッセージの数です。すべてのノードを合わせて数え、超えた分は次の 1 分が始まるまで一時的に拒否します（450）。アカウントごとの上限は `account limit` で設定します。0 なら制限しません。',
  'submission.messages_an_hour':
    '一つのアカウントが 1 時間に送信できるメッセージの数です。数え方と、超えた分の扱いは submission.messages_a_minute と同じです。0 なら制限しません。',
  'submissions.port': port('最初のオクテットから TLS を使うサブミッションの'),
  'submissions.address': LISTENS_ON,
  'submissions.proxy_from': PROXIED,
  'unsubscribe.offer':
    'List-Unsubscribe のない一斉配信のメールが送信されると、署名の前に、ワンクリック（RFC 8058）に対応したものを宛先ごとに加えます。',
  'unsubscribe.url':
    '読者が配信を停止するページの場所です。このサーバーの HTTPS のポートに要求が届く https の URL（https://mail.example.com など）を指定します。空なら、https.public_port のポートでの、このホストの名前になります。そのポートを開かない場合、配信の停止はメールでだけ受け付けます。',
};
