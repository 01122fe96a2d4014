-- Who logs in (principals), what holds mail (accounts), and the addresses that lead to it.
-- Text keys are collate "C". No column has a time default: the clock is the caller's argument.

create sequence uidvalidity_seq as bigint minvalue 1 maxvalue 4294967295;

create table tenants (
  id bigint generated always as identity primary key,
  name text collate "C" not null unique,
  created_at timestamptz not null
);

create table domains (
  id bigint generated always as identity primary key,
  tenant_id bigint not null references tenants,
  name text collate "C" not null unique check (name = lower(name)),
  created_at timestamptz not null
);
comment on column domains.name is 'A-labels, lower case';

create table principals (
  id bigint generated always as identity primary key,
  tenant_id bigint not null references tenants,
  kind text collate "C" not null check (kind in ('person', 'group')),
  login text collate "C" not null unique,
  display_name text not null default '',
  scram_salt bytea not null,
  scram_iterations integer not null,
  created_at timestamptz not null,
  disabled_at timestamptz
);
comment on column principals.login is 'comparison key of the address that logs in';
comment on column principals.scram_salt is 'never changes, nor does the count: the SCRAM keys of app passwords cannot be made again';

create table principal_members (
  group_id bigint not null references principals on delete cascade,
  member_id bigint not null references principals on delete cascade,
  primary key (group_id, member_id)
);
create index principal_members_member on principal_members (member_id);

create table credentials (
  id bigint generated always as identity primary key,
  principal_id bigint not null references principals on delete cascade,
  kind text collate "C" not null check (kind in ('password', 'app-password')),
  name text not null default '',
  scope text[] collate "C" not null check (scope <> '{}' and scope <@ '{*,submission,imap,jmap}'),
  argon2 text collate "C",
  scram_stored_key bytea not null,
  scram_server_key bytea not null,
  public_id text collate "C" unique,
  secret_sha256 bytea,
  created_at timestamptz not null,
  last_used_at timestamptz,
  check (kind <> 'password' or argon2 is not null),
  check (kind <> 'app-password' or (public_id is not null and secret_sha256 is not null))
);
comment on column credentials.scram_stored_key is 'under salt and count of the principal, as scram_server_key is';
comment on column credentials.last_used_at is 'written at most every ten minutes';
create index credentials_principal on credentials (principal_id);
create unique index credentials_one_password on credentials (principal_id) where kind = 'password';

create table accounts (
  id bigint generated always as identity primary key,
  tenant_id bigint not null references tenants,
  name text collate "C" not null unique,
  modseq bigint not null default 1,
  quota_bytes bigint,
  quota_messages bigint,
  used_bytes bigint not null default 0,
  used_messages bigint not null default 0,
  created_at timestamptz not null,
  disabled_at timestamptz,
  removed_at timestamptz
) with (fillfactor = 50);
comment on column accounts.modseq is 'the one counter of the account; taken by update … returning and held to commit';
comment on column accounts.used_bytes is 'octets of the messages as read (prefix + blob − hidden ranges)';

create table account_rights (
  account_id bigint not null references accounts on delete cascade,
  principal_id bigint not null references principals on delete cascade,
  rights text collate "C" not null,
  primary key (account_id, principal_id)
);
comment on column account_rights.rights is 'letters of RFC 4314 §2.1';
create index account_rights_principal on account_rights (principal_id);

create table send_as (
  id bigint generated always as identity primary key,
  principal_id bigint not null references principals on delete cascade,
  address text collate "C",
  domain_id bigint references domains,
  check ((address is null) <> (domain_id is null))
);
create unique index send_as_address on send_as (principal_id, address) where address is not null;
create unique index send_as_domain on send_as (principal_id, domain_id) where domain_id is not null;

-- What a forward-path leads to: one account, or the targets of an alias.
create table addresses (
  id bigint generated always as identity primary key,
  domain_id bigint not null references domains,
  local_part text collate "C",
  account_id bigint references accounts,
  created_at timestamptz not null
);
comment on column addresses.local_part is 'comparison key; null is the catch-all of the domain';
comment on column addresses.account_id is 'null: an alias, see alias_targets';
create unique index addresses_key on addresses (domain_id, local_part) nulls not distinct;
create index addresses_account on addresses (account_id) where account_id is not null;

create table alias_targets (
  address_id bigint not null references addresses on delete cascade,
  position integer not null,
  target text collate "C" not null,
  primary key (address_id, position)
);
comment on column alias_targets.target is 'a mailbox as RFC 5321 writes it, here or elsewhere';

create table dkim_keys (
  id bigint generated always as identity primary key,
  domain_id bigint not null references domains on delete cascade,
  selector text collate "C" not null,
  algorithm text collate "C" not null check (algorithm in ('rsa-sha256', 'ed25519-sha256')),
  private_key bytea not null,
  state text collate "C" not null check (state in ('pending', 'active', 'retired')),
  created_at timestamptz not null,
  activated_at timestamptz,
  retired_at timestamptz,
  unique (domain_id, selector)
);
comment on column dkim_keys.private_key is 'PKCS #8 DER';

create table routes (
  domain text collate "C" primary key,
  host text collate "C" not null,
  port integer not null check (port between 1 and 65535),
  tls text collate "C" not null check (tls in ('none', 'opportunistic', 'required', 'verified', 'implicit')),
  username text,
  password text,
  created_at timestamptz not null
);
comment on column routes.domain is 'A-labels, or * for every domain without a route of its own';

-- Bumped by every change to what a forward-path or a login leads to, so that caches know.
create table directory_version (
  singleton boolean primary key default true check (singleton),
  version bigint not null
);
insert into directory_version (version) values (1);

create function bump_directory_version() returns trigger language plpgsql as $$
begin
  update directory_version set version = version + 1;
  return null;
end $$;

create trigger directory_changed after insert or update or delete on domains
  for each statement execute function bump_directory_version();
create trigger directory_changed after insert or update or delete on addresses
  for each statement execute function bump_directory_version();
create trigger directory_changed after insert or update or delete on alias_targets
  for each statement execute function bump_directory_version();
create trigger directory_changed after insert or delete or update of disabled_at, removed_at, quota_bytes, quota_messages on accounts
  for each statement execute function bump_directory_version();
create trigger directory_changed after insert or update or delete on send_as
  for each statement execute function bump_directory_version();
create trigger directory_changed after insert or update or delete on principals
  for each statement execute function bump_directory_version();
create trigger directory_changed after insert or delete or update of argon2, scram_stored_key, scope on credentials
  for each statement execute function bump_directory_version();
create trigger directory_changed after insert or update or delete on dkim_keys
  for each statement execute function bump_directory_version();
create trigger directory_changed after insert or update or delete on routes
  for each statement execute function bump_directory_version();

-- Made once, the same for every process of this database: answers for users who do not exist are derived from it.
create table installation (
  singleton boolean primary key default true check (singleton),
  secret bytea not null
);
