-- The text of emails as searches compare it (mail/search/message-texts.ts): folded, without transfer encodings, the shorter strings first and no
-- more than some thousand letters. Derived from the mail, written by the follower of the index, gone with the email.
create table email_texts (
  email_id bigint primary key,
  account_id bigint not null,
  version smallint not null,
  cut smallint not null,
  header bytea not null,
  body bytea not null,
  subject bytea not null,
  from_field bytea not null,
  to_field bytea not null,
  cc_field bytea not null
);
comment on column email_texts.cut is 'bits, in the order of the columns: more text was there, so that only what is found is certain';
