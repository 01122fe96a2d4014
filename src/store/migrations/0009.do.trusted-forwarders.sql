-- Lists and forwarders whose mail is taken although they broke what DMARC goes by (docs/decisions/0018).

create table trusted_forwarders (
  id bigint generated always as identity primary key,
  account_id bigint references accounts on delete cascade,
  domain text collate "C" not null,
  by_hand boolean not null,
  rescued integer not null default 0,
  created_at timestamptz not null,
  unique nulls not distinct (domain, account_id)
);
comment on column trusted_forwarders.account_id is 'null: of every account';
comment on column trusted_forwarders.domain is 'for which SPF, DKIM or ARC vouches, or one above it; A-labels';
comment on column trusted_forwarders.rescued is 'messages that the owner of the account moved out of Junk';
create index trusted_forwarders_account on trusted_forwarders (account_id);
