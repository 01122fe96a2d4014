-- The spine: what happened, to which message, and why. Partitioned by day.
-- A consumer reads rows whose xid is below the oldest running transaction, in order of (xid, id).

create sequence event_ids;

create table events (
  xid xid8 not null,
  id bigint not null,
  at timestamptz not null,
  type text collate "C" not null,
  session_id text collate "C",
  message_id text collate "C",
  recipient_id integer,
  attempt_id text collate "C",
  account_id bigint,
  credential_id bigint,
  tenant_id bigint,
  parent_id text collate "C",
  fields jsonb not null,
  personal jsonb,
  primary key (xid, id, at)
) partition by range (at);
comment on column events.personal is 'fields that name a person; erased by retention and with the account';
create table events_default partition of events default;
create index events_message on events (message_id, id) where message_id is not null;
create index events_session on events (session_id) where session_id is not null and message_id is null;

-- What was said on the wire; kept for a shorter time than events.
create table dialogues (
  message_id text collate "C" not null,
  attempt_id text collate "C" not null,
  at timestamptz not null,
  entries json not null,
  primary key (message_id, attempt_id, at)
) partition by range (at);
comment on column dialogues.entries is 'json: read whole or not at all, so that taking it apart to store it is no use';
comment on column dialogues.attempt_id is 'of an attempt, or the session that handed the message in';
create table dialogues_default partition of dialogues default;
