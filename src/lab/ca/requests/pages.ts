/** What a person who follows a link of the authority reads. */

export const PAGES: Readonly<Record<string, string>> = {
  '/terms': `The practice certificate authority issues for names below .test alone. What it issues proves nothing outside of this machine.

練習用の認証局です。.test 以下の名前にだけ証明書を発行します。この証明書は、このコンピューターの外では何の証明にもなりません。
`,
  '/why-renew': `This certificate was revoked or recalled: get another one now, before those who check it refuse it (RFC 9773 §4.2).

この証明書は失効したか、回収の対象になりました。検証する側に拒否される前に、いますぐ新しい証明書を取得してください（RFC 9773 §4.2）。
`,
};
