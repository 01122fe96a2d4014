-- The providers of the practice Internet: what they remember of senders, the mail of their people, what they still have to send.
create schema if not exists lab;

create table lab.provider_settings (
  name text collate "C" primary key,
  value jsonb not null
);

create table lab.provider_senders (
  provider text collate "C" not null,
  kind text collate "C" not null,
  name text collate "C" not null,
  day date not null,
  quota integer not null,
  score integer not null,
  bulk boolean not null,
  primary key (provider, kind, name)
);
comment on column lab.provider_senders.kind is 'ip or domain';
comment on column lab.provider_senders.day is 'what stands here holds for this day: the days before it are reckoned in';

create table lab.provider_days (
  provider text collate "C" not null,
  kind text collate "C" not null,
  name text collate "C" not null,
  day date not null,
  counts jsonb not null,
  codes jsonb not null,
  quota integer not null,
  score integer not null,
  primary key (provider, kind, name, day)
);
comment on column lab.provider_days.codes is 'how often each reply code was given: {"421 4.7.28": 3}';

create table lab.provider_marks (
  provider text collate "C" not null,
  mark text not null,
  at timestamptz not null,
  primary key (provider, mark)
);
comment on table lab.provider_marks is 'since when something is so: a rule matches a sender, a sender and a recipient are known together';

create table lab.provider_traces (
  id text collate "C" primary key,
  provider text collate "C" not null,
  at timestamptz not null,
  reverse_path text not null,
  code integer not null,
  enhanced text collate "C",
  verdict text collate "C" not null,
  facts jsonb not null,
  trace jsonb not null
);
comment on table lab.provider_traces is 'by which rules each message was judged; the newest are kept';
create index on lab.provider_traces (provider, at);

create table lab.provider_mail (
  id bigint generated always as identity primary key,
  provider text collate "C" not null,
  person text collate "C" not null,
  trace_id text collate "C" not null,
  folder text collate "C" not null,
  reverse_path text not null,
  author text not null,
  subject text not null,
  received_at timestamptz not null,
  size integer not null,
  raw bytea not null,
  acts jsonb not null
);
comment on column lab.provider_mail.raw is 'as it came, cut where it is long';
create index on lab.provider_mail (provider, person, id);
create index on lab.provider_mail (trace_id);

create table lab.provider_keys (
  domain text collate "C" primary key,
  selector text collate "C" not null,
  private_key text not null
);

create table lab.provider_outbox (
  id text collate "C" primary key,
  provider text collate "C" not null,
  kind text collate "C" not null,
  reverse_path text not null,
  forward_path text not null,
  raw bytea not null,
  made_at timestamptz not null,
  next_at timestamptz not null,
  attempts integer not null default 0,
  state text collate "C" not null,
  said text not null default ''
);
comment on column lab.provider_outbox.state is 'waiting, sent or failed';
create index on lab.provider_outbox (next_at) where state = 'waiting';

create table lab.provider_reported (
  provider text collate "C" not null,
  domain text collate "C" not null,
  day date not null,
  row_key text not null,
  record jsonb not null,
  messages integer not null,
  primary key (provider, domain, day, row_key)
);
comment on table lab.provider_reported is 'rows of the DMARC aggregate reports that are to be sent';
