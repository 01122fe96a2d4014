-- The search index: for each account, segments of its emails with the grams of their text (mail/search/grams.ts).
-- Derived from the mail, so it may be made anew at any time.

create table search_accounts (
  account_id bigint primary key references accounts on delete cascade,
  version smallint not null,
  indexed_id bigint not null
) with (fillfactor = 50);
comment on column search_accounts.version is 'of what the segments hold; those of another version are of no use';
comment on column search_accounts.indexed_id is 'emails up to this id are in segments; ids are taken under the account''s lock, so that no smaller one comes later';

create table search_segments (
  id bigint generated always as identity primary key,
  account_id bigint not null references search_accounts on delete cascade,
  published boolean not null,
  emails integer not null,
  email_ids bytea not null,
  partial bytea not null
);
comment on column search_segments.published is 'false: a merge that is being written, or was when its process ended';
comment on column search_segments.email_ids is 'packed; the place of an id is the number of the email in the blocks';
comment on column search_segments.partial is 'packed numbers of emails that hold more text than is indexed';
create index search_segments_account on search_segments (account_id);

create table search_blocks (
  segment_id bigint not null references search_segments on delete cascade,
  first_key bigint not null,
  data bytea not null,
  primary key (segment_id, first_key)
) with (autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_scale_factor = 0.05);
comment on column search_blocks.first_key is 'the block has the grams from here to the next block; 0 in the first of a segment';
-- Packed already. Merges leave many dead rows at once, which the next ones are to take the place of.
alter table search_blocks alter column data set storage external;
