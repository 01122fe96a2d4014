-- \Recent of IMAP4rev1: which messages no session was told of yet.

alter table mailboxes add column recent_uid bigint not null default 0;
comment on column mailboxes.recent_uid is 'sessions were told of messages up to this UID';
update mailboxes set recent_uid = next_uid - 1;
