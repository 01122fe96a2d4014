-- The lessons of the practice Internet: how far a learner has come, what was said on the wire.
create schema if not exists lab;

create table lab.lesson_runs (
  lesson text collate "C" primary key,
  started_at timestamptz not null,
  after_event bigint not null,
  seed integer not null,
  prepared jsonb not null,
  answers jsonb,
  hints integer not null default 0
);
comment on column lab.lesson_runs.after_event is 'events with larger ids, from started_at on, are looked at';
comment on column lab.lesson_runs.prepared is 'what the lesson laid out for this learner';

create table lab.lessons_passed (
  lesson text collate "C" primary key,
  passed_at timestamptz not null,
  seen jsonb not null
);
comment on column lab.lessons_passed.seen is 'where each criterion was seen; kept when the lesson is started again';

create table lab.smtp_sessions (
  id text collate "C" primary key,
  listener text collate "C" not null,
  client text collate "C" not null,
  began_at timestamptz not null,
  ended_at timestamptz,
  entries json not null
);
comment on table lab.smtp_sessions is 'dialogues of whole sessions, with a message or without; the newest are kept';
create index on lab.smtp_sessions (began_at);
