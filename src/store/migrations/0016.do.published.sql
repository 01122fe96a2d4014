-- What is published for a domain: its policies, and the life of its DKIM keys.

create table domain_policies (
  domain_id bigint primary key references domains on delete cascade,
  mta_sts_mode text collate "C" not null check (mta_sts_mode in ('none', 'testing', 'enforce')),
  mta_sts_max_age integer not null check (mta_sts_max_age between 0 and 31557600),
  dmarc_policy text collate "C" not null check (dmarc_policy in ('none', 'quarantine', 'reject'))
);
comment on table domain_policies is 'a domain without a row has the usual ones (src/mail/publish/domain-policies.ts)';
create trigger directory_changed after insert or update or delete on domain_policies
  for each statement execute function bump_directory_version();

-- pending: published, signs nothing yet; active: signs; retired: signs nothing more, its record stays; revoked: its record may go.
alter table dkim_keys
  drop constraint dkim_keys_state_check,
  add constraint dkim_keys_state_check check (state in ('pending', 'active', 'retired', 'revoked')),
  add column seen_at timestamptz,
  add column revoked_at timestamptz;
comment on column dkim_keys.seen_at is 'of a pending key: since when every look at the DNS has found its record';

-- When the keys of a domain are looked after next; whoever moves the time on does it, so that one node does.
create table dkim_looks (
  domain_id bigint primary key references domains on delete cascade,
  next_at timestamptz not null
);
