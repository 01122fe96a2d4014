-- Whom bulk mail is not sent to any more, and what bounced (docs/decisions/0035).

create table suppressions (
  id bigint generated always as identity primary key,
  -- null: whichever tenant sends
  tenant_id bigint references tenants (id),
  -- 'bulk', all bulk mail; anything else names one list
  stream text collate "C" not null,
  address text collate "C" not null,
  reason text collate "C" not null check (reason in ('hard-bounce', 'soft-bounces', 'complaint', 'unsubscribe', 'manual')),
  detail text not null,
  since timestamptz not null,
  until timestamptz,
  message_id text collate "C",
  -- an address may be here for several reasons, of which one ends before another
  unique nulls not distinct (address, stream, tenant_id, reason)
);
comment on column suppressions.address is 'as mailboxKey writes it: local part and domain in lower case';
comment on column suppressions.until is 'null: for good';
comment on column suppressions.message_id is 'that caused it';
create index on suppressions (until) where until is not null;

create table soft_bounces (
  address text collate "C" not null,
  tenant_id bigint not null references tenants (id),
  day date not null,
  primary key (address, tenant_id, day)
);
comment on table soft_bounces is 'days on which bulk mail to an address bounced for now: several of them suppress it';
create index on soft_bounces (day);

alter table queue_messages add list_id text collate "C";
comment on column queue_messages.list_id is 'RFC 2919, in lower case: whoever left this list gets none of its mail that still waits';
