-- Forwarding (docs/decisions/0021) and greylisting.

-- What rewritten reverse-paths are guarded by: the newest makes them, the one before it is still accepted.
create table srs_secrets (
  generation integer primary key,
  secret bytea not null check (length(secret) >= 16)
);
insert into srs_secrets (generation, secret)
  values (1, decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));
create trigger directory_changed after insert or update or delete on srs_secrets
  for each statement execute function bump_directory_version();

create table greylist (
  key bytea primary key check (length(key) = 16),
  network bytea check (length(network) = 16),
  first_seen timestamptz not null,
  expires_at timestamptz not null
);
comment on table greylist is 'what was put off, and what is known since it came again; keys are hashes: of bounded size, and no address in clear';
comment on column greylist.network is 'of what was put off: the hash of the client''s network, so that no network fills the table; null for what is known';
create index greylist_network on greylist (network) where network is not null;
create index greylist_expiry on greylist (expires_at);
