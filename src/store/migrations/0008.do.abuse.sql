-- What nodes tell one another of how clients behave (docs/decisions/0024), and what an account may send in a day.

-- Counts are worth nothing after a crash of the database: they are not logged.
create unlogged table abuse_nodes (
  node text collate "C" primary key,
  round bigint not null,
  seen_at timestamptz not null
) with (fillfactor = 50);
comment on column abuse_nodes.node is 'a process, by an id of its own: a number may be taken again';

-- Every node writes rows of its own, so that none is hot.
create unlogged table abuse_counts (
  counter smallint not null,
  key text collate "C" not null,
  slot bigint not null,
  node text collate "C" not null,
  amount integer not null,
  round bigint not null,
  ends_at timestamptz not null,
  primary key (counter, key, slot, node)
);
comment on column abuse_counts.key is 'addresses and networks as they are, names of logins as a keyed hash';
comment on column abuse_counts.round is 'of the node, when it last changed the row: others read from there';
create index abuse_counts_round on abuse_counts (node, round);

create table bans (
  network text collate "C" primary key,
  reason text not null,
  scope text not null check (scope in ('mx', 'all')),
  by_hand boolean not null,
  since timestamptz not null,
  until timestamptz,
  times integer not null,
  node text collate "C" not null,
  round bigint not null
);
comment on column bans.until is 'null: until it is lifted. One that has ended stays for a while: the next one of the address is longer';
comment on column bans.times is 'bans of the address so far';
create index bans_round on bans (node, round);

-- Where owners logged in, as keyed hashes: no history of anybody's places can be read from it.
create table known_places (
  login bytea not null,
  address bytea not null,
  network bytea not null,
  account_id bigint not null references accounts on delete cascade,
  seen_at timestamptz not null,
  primary key (login, address)
);
comment on table known_places is 'keyed hashes: of the login name, of the address (IPv6: /64), of the network (/24, /48)';
create index known_places_address on known_places (address);
create index known_places_network on known_places (network);
create index known_places_account on known_places (account_id);

create table account_limits (
  account_id bigint primary key references accounts on delete cascade,
  messages_a_day integer,
  new_recipients_a_day integer
);
comment on table account_limits is 'where they differ from the settings; 0: no limit';

-- Counted in the transaction that queues the message: no two nodes together take more than the limit.
create table account_days (
  account_id bigint not null,
  day date not null,
  messages integer not null,
  new_recipients integer not null,
  messages_limit integer not null,
  new_recipients_limit integer not null,
  primary key (account_id, day),
  constraint messages_a_day check (messages <= messages_limit),
  constraint new_recipients_a_day check (new_recipients <= new_recipients_limit)
) with (fillfactor = 50);
comment on column account_days.account_id is 'no foreign key: it would lock the account for every message';
comment on column account_days.day is 'of UTC';

create table written_to (
  account_id bigint not null,
  recipient bytea not null,
  primary key (account_id, recipient)
);
comment on table written_to is 'recipients to whom the account has written before';
comment on column written_to.recipient is 'the first 16 octets of a SHA-256 of the address';

-- Whom accounts wrote to before this was kept is not new.
insert into written_to (account_id, recipient)
select distinct s.account_id, substring(sha256(convert_to(lower(r.forward_path collate "C"), 'UTF8')) from 1 for 16)
from submissions s join submission_recipients r on r.message_id = s.message_id;
