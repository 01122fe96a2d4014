-- What became of mail by who brought it (docs/decisions/0027), and how fast an account may send.

create table sender_history (
  kind text collate "C" not null check (kind in ('network', 'domain')),
  name text collate "C" not null,
  accepted double precision not null,
  junked double precision not null,
  refused double precision not null,
  unknown double precision not null,
  spam double precision not null,
  to_junk double precision not null,
  from_junk double precision not null,
  first_seen timestamptz not null,
  counted_at timestamptz not null,
  primary key (kind, name)
) with (fillfactor = 80);
comment on column sender_history.counted_at is 'no index: every update would have to touch it';
comment on column sender_history.name is 'an IPv4 address, an IPv6 /64, or a domain that SPF or DKIM vouched for, in A-labels';
comment on column sender_history.accepted is 'messages, as are the others but unknown; each fades with the time, and holds as of counted_at';
comment on column sender_history.unknown is 'recipients that are not here';
comment on column sender_history.spam is 'verdicts of the content scanner';
comment on column sender_history.to_junk is 'moved into Junk by a reader; from_junk: out of it';

alter table account_limits
  add column messages_a_minute integer,
  add column messages_an_hour integer;

-- Counted in the transaction that queues the message, as days are.
create table account_paces (
  account_id bigint primary key,
  minute bigint not null,
  in_minute integer not null,
  minute_limit integer not null,
  hour bigint not null,
  in_hour integer not null,
  hour_limit integer not null,
  constraint messages_a_minute check (in_minute <= minute_limit),
  constraint messages_an_hour check (in_hour <= hour_limit)
) with (fillfactor = 50);
comment on column account_paces.account_id is 'no foreign key: it would lock the account for every message';
comment on column account_paces.minute is 'of the calendar, since 1970; hour too. Only the last one of each is kept';
