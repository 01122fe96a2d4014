-- What accounts hand in, and the queue it leaves by.

create table submissions (
  message_id text collate "C" primary key,
  tenant_id bigint not null,
  account_id bigint not null,
  principal_id bigint not null,
  credential_id bigint,
  channel text collate "C" not null check (channel in ('smtp', 'jmap', 'local')),
  email_id bigint,
  reverse_path text collate "C",
  envelope jsonb not null,
  idempotency_key text collate "C",
  created_at timestamptz not null,
  release_at timestamptz not null,
  undo_status text collate "C" not null check (undo_status in ('pending', 'final', 'canceled'))
);
create index submissions_account on submissions (account_id, created_at);
create unique index submissions_idempotency on submissions (account_id, idempotency_key)
  where idempotency_key is not null;

create table submission_recipients (
  message_id text collate "C" not null,
  recipient_id integer not null,
  forward_path text collate "C" not null,
  delivered text collate "C" not null check (delivered in ('queued', 'yes', 'no', 'unknown')),
  smtp_reply text,
  changed_at timestamptz not null,
  primary key (message_id, recipient_id)
);
comment on column submission_recipients.delivered is 'as in JMAP deliveryStatus; kept after the queue row is gone';

create table queue_messages (
  id text collate "C" primary key,
  parent_id text collate "C",
  session_id text collate "C",
  tenant_id bigint not null,
  account_id bigint,
  blob_id bigint not null references blobs,
  prefix bytea not null,
  hidden integer[] not null,
  size bigint not null,
  reverse_path text collate "C",
  ret text collate "C",
  envid text collate "C",
  smtputf8 boolean not null,
  eight_bit boolean not null,
  notify_author boolean not null,
  arrived_at timestamptz not null,
  expires_at timestamptz not null
);
comment on column queue_messages.id is 'our id of the message, as in events';
comment on column queue_messages.parent_id is 'the message that caused this one (a notice, a forward)';
comment on column queue_messages.size is 'octets as sent: prefix + blob − hidden ranges';
comment on column queue_messages.reverse_path is 'null is the null reverse-path';
comment on column queue_messages.notify_author is 'false: no notice is ever sent, since the reverse-path may be forged';
create index queue_messages_blob on queue_messages (blob_id);
create index queue_messages_account on queue_messages (account_id) where account_id is not null;

create table queue_recipients (
  message_id text collate "C" not null references queue_messages,
  recipient_id integer not null,
  tenant_id bigint not null,
  forward_path text collate "C" not null,
  domain text collate "C" not null,
  reverse_path text collate "C",
  orcpt text collate "C",
  notify text collate "C",
  stream text collate "C" not null,
  priority smallint not null,
  source_pool text collate "C" not null,
  attempts integer not null default 0,
  last_attempt_at timestamptz,
  last_reply text,
  last_status text collate "C",
  delay_notified boolean not null default false,
  released boolean not null default false,
  primary key (message_id, recipient_id)
) with (fillfactor = 80);
comment on column queue_recipients.recipient_id is '1, 2, … within its message';

comment on column queue_recipients.released is 'an operator let it go: a hold of all mail does not stop it again';
comment on column queue_recipients.reverse_path is 'as sent to this recipient (VERP, SRS are per recipient)';
comment on column queue_recipients.domain is 'of the forward-path; empty for a mailbox here';
create index queue_recipients_domain on queue_recipients (domain);

-- The narrow claim state of a recipient. site is the MX set once known, before that the domain itself.
create table queue_claims (
  message_id text collate "C" not null,
  recipient_id integer not null,
  site text collate "C" not null,
  stream text collate "C" not null,
  source_pool text collate "C" not null,
  next_at timestamptz not null,
  lease text collate "C",
  held text collate "C",
  primary key (message_id, recipient_id)
) with (fillfactor = 70);
comment on column queue_claims.held is 'why it waits for a release: operator, no-route, …, or removal, removal-silent: it leaves without an attempt; null: it does not';
create index queue_claims_due on queue_claims (site, stream, source_pool, next_at) where lease is null and held is null;
create index queue_claims_lease on queue_claims (lease) where lease is not null;
create index queue_claims_removal on queue_claims (message_id, recipient_id) where held in ('removal', 'removal-silent');

-- A destination: who may be served next. ready_at is when its earliest recipient is due, or when it was last
-- served while more were due, so that order by ready_at takes turns.
create table queue_destinations (
  site text collate "C" not null,
  stream text collate "C" not null,
  source_pool text collate "C" not null,
  ready_at timestamptz not null,
  running integer not null default 0,
  cap integer not null,
  primary key (site, stream, source_pool)
) with (fillfactor = 50);
create index queue_destinations_ready on queue_destinations (ready_at) where running < cap;

create table queue_leases (
  token text collate "C" primary key,
  node text collate "C" not null,
  site text collate "C" not null,
  stream text collate "C" not null,
  source_pool text collate "C" not null,
  source text collate "C" not null,
  until timestamptz not null
) with (fillfactor = 50);
comment on column queue_leases.until is 'by the clock of the database, the one that all nodes share';

create table site_limits (
  site text collate "C" not null,
  source text collate "C" not null,
  running integer not null default 0,
  cap integer not null,
  successes integer not null default 0,
  failures integer not null default 0,
  blocked_until timestamptz,
  primary key (site, source)
) with (fillfactor = 50);

create table domain_sites (
  domain text collate "C" primary key,
  site text collate "C" not null,
  seen_at timestamptz not null
);
