-- What reading by IMAP needs: what changed in a mailbox, parsed structures, annotations, subscriptions.

alter table accounts add column forgotten_modseq bigint not null default 0;
comment on column accounts.forgotten_modseq is 'what left mailboxes up to this modseq may be remembered no more';

alter table mailboxes add column deleted bigint not null default 0;
alter table mailboxes add column changed_modseq bigint not null default 1;
comment on column mailboxes.deleted is 'messages with \Deleted';
comment on column mailboxes.changed_modseq is 'of the last change of messages that is no arrival';
update mailboxes m set changed_modseq = modseq,
  deleted = (select count(*) from mailbox_entries n where n.mailbox_id = m.id and n.flags & 8 <> 0);

-- Written when it is first needed, from the message as read; another version is written anew.
create table email_structures (
  email_id bigint primary key,
  version smallint not null,
  structure text collate "C" not null
);
alter table email_structures alter column structure set storage external;
alter table email_structures set (toast_tuple_target = 8160);

create table mailbox_metadata (
  mailbox_id bigint not null references mailboxes on delete cascade,
  entry text collate "C" not null,
  value bytea not null,
  modseq bigint not null,
  primary key (mailbox_id, entry)
);
comment on column mailbox_metadata.entry is 'RFC 5464: /private/… or /shared/…, lower case';

create table account_metadata (
  account_id bigint not null references accounts on delete cascade,
  entry text collate "C" not null,
  value bytea not null,
  modseq bigint not null,
  primary key (account_id, entry)
);

create table absent_subscriptions (
  account_id bigint not null references accounts on delete cascade,
  path text[] collate "C" not null,
  primary key (account_id, path)
);
comment on table absent_subscriptions is 'names that are subscribed while no mailbox has them (RFC 9051 §6.3.7)';
