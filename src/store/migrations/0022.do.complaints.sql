-- What stands before one recipient's copy of a message alone, and what readers' complaints were about (docs/decisions/0036).

alter table queue_recipients add column prefix bytea;
comment on column queue_recipients.prefix is 'fields of this recipient alone, before those of the message: its way out of a list, and the signatures over it';

create table complaints (
  id bigint generated always as identity primary key,
  tenant_id bigint not null references tenants (id),
  message_id text collate "C" not null,
  recipient_id integer not null,
  feedback_type text collate "C" not null,
  stream text collate "C" not null,
  site text collate "C" not null,
  address text not null,
  -- the domain that vouched for the report; '' where none did
  reporter text collate "C" not null,
  agent text not null,
  matched_by text collate "C" not null,
  received_at timestamptz not null,
  unique (message_id, recipient_id, feedback_type)
);
comment on table complaints is 'feedback reports (RFC 5965) about messages that were sent from here, each counted once';
comment on column complaints.site is 'where the message was delivered';
create index on complaints (received_at);
