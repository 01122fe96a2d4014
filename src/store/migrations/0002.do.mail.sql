-- The bytes (blobs, stored once) and what accounts hold of them.

create table blobs (
  id bigint generated always as identity primary key,
  sha256 bytea unique,
  size bigint,
  touched_at timestamptz not null,
  check ((sha256 is null) = (size is null))
);
comment on column blobs.sha256 is 'null: its chunks are still arriving; swept when that takes too long';
comment on column blobs.touched_at is 'when it was last stored; a blob that nothing refers to is swept some time later';
create index blobs_unpublished on blobs (touched_at) where sha256 is null;

create table blob_chunks (
  blob_id bigint not null references blobs on delete cascade,
  seq integer not null,
  zstd boolean not null,
  data bytea not null,
  primary key (blob_id, seq)
);
comment on column blob_chunks.data is 'up to 262,144 octets, before compression';
-- Small messages stay in the row; larger chunks are kept outside it as they are, since zstd has done the packing.
alter table blob_chunks alter column data set storage external;
alter table blob_chunks set (toast_tuple_target = 8160);

create table mailboxes (
  id bigint generated always as identity primary key,
  account_id bigint not null references accounts on delete cascade,
  parent_id bigint references mailboxes,
  name text collate "C" not null,
  role text collate "C",
  uidvalidity bigint not null unique,
  next_uid bigint not null default 1,
  modseq bigint not null,
  created_modseq bigint not null,
  messages bigint not null default 0,
  unseen bigint not null default 0,
  bytes bigint not null default 0,
  subscribed boolean not null default true,
  expire_after interval,
  created_at timestamptz not null
) with (fillfactor = 50);
create unique index mailboxes_name on mailboxes (account_id, parent_id, name) nulls not distinct;
create unique index mailboxes_role on mailboxes (account_id, role) where role is not null;

create sequence email_ids;

-- One row for each message of an account. Written under the account's row lock, so that thread_id, account_id
-- and modseq need no foreign key; the blob does, since sweeping takes no account lock.
create table emails (
  id bigint primary key,
  account_id bigint not null,
  thread_id bigint not null,
  blob_id bigint not null references blobs,
  message_id text collate "C" not null,
  prefix bytea not null,
  hidden integer[] not null,
  size bigint not null,
  reverse_path text collate "C",
  forward_path text collate "C",
  received_at timestamptz not null,
  summary jsonb not null,
  parser_version smallint not null,
  modseq bigint not null,
  created_modseq bigint not null
);
comment on column emails.message_id is 'our id of the message, as in events; the Message-ID field is in summary';
comment on column emails.prefix is 'what this delivery put before the blob: Return-Path, Delivered-To, Received, …';
comment on column emails.hidden is 'start, end, start, end, …: octet ranges of the blob that are not part of the message as read';
create index emails_blob on emails (blob_id);
create index emails_account on emails (account_id, id);

-- The narrow row of a message in a mailbox. A message may be in one mailbox twice (COPY).
create table mailbox_entries (
  mailbox_id bigint not null,
  uid bigint not null,
  email_id bigint not null,
  modseq bigint not null,
  created_modseq bigint not null,
  saved_at timestamptz not null,
  flags integer not null,
  keywords text[] collate "C" not null,
  primary key (mailbox_id, uid)
) with (fillfactor = 80);
comment on column mailbox_entries.flags is 'bits: 1 \Seen, 2 \Answered, 4 \Flagged, 8 \Deleted, 16 \Draft';
create index mailbox_entries_email on mailbox_entries (email_id);

-- Expunge hides at once; the message can be brought back until it is purged.
create table expunged_entries (
  mailbox_id bigint not null,
  uid bigint not null,
  email_id bigint not null,
  modseq bigint not null,
  saved_at timestamptz not null,
  flags integer not null,
  keywords text[] collate "C" not null,
  expunged_at timestamptz not null,
  primary key (mailbox_id, uid)
);
create index expunged_entries_modseq on expunged_entries (mailbox_id, modseq);
create index expunged_entries_email on expunged_entries (email_id);
create index expunged_entries_time on expunged_entries (expunged_at);

-- What is gone, so that a client that was away learns of it.
create table tombstones (
  account_id bigint not null,
  modseq bigint not null,
  kind text collate "C" not null check (kind in ('entry', 'email', 'thread', 'mailbox')),
  object_id bigint not null,
  uid bigint not null default 0,
  created_modseq bigint not null,
  at timestamptz not null,
  primary key (account_id, kind, modseq, object_id, uid)
);
comment on column tombstones.uid is 'of an entry, whose object_id is its mailbox';

create table thread_links (
  account_id bigint not null,
  key bigint not null,
  thread_id bigint not null,
  primary key (account_id, key)
);
comment on column thread_links.key is 'hash of a Message-ID and the base subject (RFC 8621 §3)';
